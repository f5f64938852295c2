import { formatPlace } from '../cos/index.ts';
import type { Cos, Place } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';

/** The warnings of pre-flight about a source; none of them stops replication. */
export const WARNINGS = ['native-replication'] as const;

export interface Warning {
  readonly source: string;
  readonly name: (typeof WARNINGS)[number];
  /** `configured`, or the error code for which it could not be found out. */
  readonly cause: string;
}

/**
 * Facts that somebody should know of a source before relying on its replication: rules of COS's own replicate it too, so what
 * both bring to one destination is there twice. Never throws for what COS answers.
 */
export async function warningsOf(cos: Pick<Cos, 'hasNativeReplication'>, source: Place): Promise<Warning[]> {
  const about = { source: formatPlace(source), name: 'native-replication' } as const;
  try {
    return (await cos.hasNativeReplication(source)) ? [{ ...about, cause: 'configured' }] : [];
  } catch (error) {
    if (error instanceof ServiceError) return [{ ...about, cause: error.code }];
    throw error;
  }
}
