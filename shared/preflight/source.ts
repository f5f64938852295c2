import { formatPlace } from '../cos/index.ts';
import type { Cos, Place } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';

/** The warnings of pre-flight about a source; none of them stops replication. */
export const WARNINGS = ['native-replication'] as const;

export interface Warning {
  readonly source: string;
  readonly name: (typeof WARNINGS)[number];
  /** `configured`, or the error code that kept it from being found out. */
  readonly cause: string;
}

/**
 * Warnings about a source, to be read before anybody relies on its replication: COS's built-in replication has rules
 * for it too, so a destination of both has each version twice. Never throws for an answer of COS.
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
