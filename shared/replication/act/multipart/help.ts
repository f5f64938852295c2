import type { Rule } from '../../../rules/index.ts';
import type { Hash } from '../../../signing/index.ts';
import type { Help, StateDeps } from '../../../tasks/index.ts';
import { RULES_CHANGED } from '../../halt.ts';
import { LANES, type Travelled } from './lanes.ts';
import { createPartCopies, wholeParts } from './part-copies.ts';
import { isUploadGone } from './uploads.ts';

/** A digest of the rules by which an upload is made. A helping run must not go by other rules. */
export const digestOfRules = (hash: Hash, rules: readonly Rule[]): string =>
  hash.sha256(JSON.stringify(rules)).slice(0, 32);

export interface HelpOptions {
  /** ms since 1970 by which each part must be copied; no part is begun that would take longer. */
  readonly stop: number;
  /** Whether the rules of the upload are still those that are stored; asked before each part. */
  readonly isInForce: () => Promise<boolean>;
}

/**
 * Copies parts for an upload of another run, which has the key. It writes no version, takes no lease and leaves no
 * work: the other run sees which parts are missing. Undefined when the upload has ended. Throws `CosError`.
 */
export async function helpWithParts(
  { cos, now }: Pick<StateDeps, 'cos' | 'now'>,
  help: Help,
  { stop, isInForce }: HelpOptions,
): Promise<Travelled | undefined> {
  const { upload, first, last, until } = help;
  const end = Math.min(stop, until);
  if (now() >= end) return undefined;
  try {
    const known = await wholeParts(cos, help, upload);
    const parts = Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((part) => !known.has(part));
    const closed = async () => ((await isInForce()) ? undefined : RULES_CHANGED);
    const copies = createPartCopies({ cos, target: help, upload, now, stop: end, lanes: LANES, closed, known });
    // P48: A helping run copies parts and does nothing else.
    return await copies.copy(parts, true);
  } catch (error) {
    if (isUploadGone(error)) return undefined;
    throw error;
  }
}
