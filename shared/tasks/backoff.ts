const FIRST_MS = 60_000;
const LONGEST_MS = 6 * 3_600_000;

/**
 * ms until the next try: doubles from a minute to six hours, with half of it random, so that what failed together does
 * not come back together. `random` is in [0, 1).
 */
export function backOff(attempts: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts, 20));
  return full / 2 + (full / 2) * random;
}
