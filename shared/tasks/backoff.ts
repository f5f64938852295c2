import type { Hash } from '../signing/index.ts';
import { digestOfTarget } from './names.ts';
import type { Target } from './types.ts';

import { FIRST_BACKOFF_MS, LONGEST_BACKOFF_MS } from '../durations/index.ts';

/**
 * The time of the next try after a failure, in ms since 1970. The wait doubles from `FIRST_BACKOFF_MS` to
 * `LONGEST_BACKOFF_MS`, and is at least half of that. The digest of the key sets the moment, so that keys which failed
 * together do not come back together.
 */
export function nextTry(
  target: Target,
  attempts: number,
  { hash, now }: { readonly hash: Hash; readonly now: number },
): number {
  const half = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(attempts, 20)) / 2;
  // P52: All runs that defer the key, doubled ones included, come to the same moments, and meet there.
  const offset = Math.floor((Number.parseInt(digestOfTarget(target, hash).slice(0, 8), 16) / 2 ** 32) * half);
  return offset + Math.ceil((now + half - offset) / half) * half;
}
