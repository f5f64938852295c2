import { readOpenName, type VerifyName } from './names.ts';
import { closeVerify, doneRanges, openVerifies, startedRanges, startRange, type Bucket } from './starts.ts';
import { LOST_START_MS } from '../durations/index.ts';

/** ms after which a verification that has not ended is stopped. */
const LONGEST_MS = 7 * 24 * 3_600_000;
/** Ranges of one verification that are in progress at the same time, each in a run of its own. */
export const RANGES_AT_ONCE = 8;

export interface KeepVerifiesOptions {
  readonly deps: Bucket & { readonly now: () => number };
  /** ms since 1970: nothing is started later. */
  readonly deadline: number;
  readonly onProblem: (error: unknown) => void;
}

/** Runs each minute: starts runs for the verifications that have not ended. Returns how many. */
export async function keepVerifies({ deps, deadline, onProblem }: KeepVerifiesOptions): Promise<number> {
  let started = 0;
  for (const { key, lastModified } of await openVerifies(deps)) {
    if (deps.now() >= deadline) break;
    const name = readOpenName(key);
    if (name === undefined) continue;
    try {
      if (deps.now() - lastModified > LONGEST_MS) await closeVerify(deps, name, name.ranges);
      else started += await goOn(deps, name, name.ranges);
    } catch (error) {
      onProblem(error);
    }
  }
  return started;
}

/** The run of a range that cannot go on now ends at once. */
async function goOn(deps: KeepVerifiesOptions['deps'], name: VerifyName, ranges: number): Promise<number> {
  const [done, notes] = await Promise.all([doneRanges(deps, name), startedRanges(deps, name)]);
  if (done.size >= ranges) {
    await closeVerify(deps, name, ranges);
    return 0;
  }
  const running = [...notes].filter(([, written]) => deps.now() - written < LOST_START_MS).map(([range]) => range);
  const numbers = Array.from({ length: ranges }, (_, number) => number);
  const waiting = numbers.filter((number) => !done.has(number) && !running.includes(number));
  const starts = waiting.slice(0, Math.max(0, RANGES_AT_ONCE - running.length));
  await Promise.all(starts.map((number) => startRange(deps, name, number)));
  return starts.length;
}
