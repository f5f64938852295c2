import { compareKeys } from './key-order.ts';

/**
 * The keys of a bucket in listing order, as a list of short sorted runs. Adding and removing move at most one run, so
 * buckets of some hundred thousand keys are fast without a tree.
 */
export class SortedKeys {
  readonly #runs: string[][] = [];
  readonly #runLength: number;

  constructor(runLength = 512) {
    this.#runLength = runLength;
  }

  add(key: string): void {
    const r = Math.max(0, firstWhere(this.#runs.length, (i) => compareKeys(this.#runs[i]?.[0] ?? '', key) > 0) - 1);
    const run = this.#runs[r];
    if (run === undefined) {
      this.#runs.push([key]);
      return;
    }
    const at = firstWhere(run.length, (i) => compareKeys(run[i] ?? '', key) >= 0);
    if (run[at] === key) return;
    run.splice(at, 0, key);
    if (run.length > this.#runLength) this.#runs.splice(r + 1, 0, run.splice(run.length >>> 1));
  }

  remove(key: string): void {
    const r = firstWhere(this.#runs.length, (i) => compareKeys(this.#runs[i]?.at(-1) ?? '', key) >= 0);
    const run = this.#runs[r];
    if (run === undefined) return;
    const at = firstWhere(run.length, (i) => compareKeys(run[i] ?? '', key) >= 0);
    if (run[at] !== key) return;
    run.splice(at, 1);
    if (run.length === 0) this.#runs.splice(r, 1);
  }

  /** The keys from the first one for which `reached` holds; it must hold for every later key too. */
  *from(reached: (key: string) => boolean): Iterable<string> {
    let r = firstWhere(this.#runs.length, (i) => reached(this.#runs[i]?.at(-1) ?? ''));
    const run = this.#runs[r];
    if (run === undefined) return;
    yield* run.slice(firstWhere(run.length, (i) => reached(run[i] ?? '')));
    for (r += 1; r < this.#runs.length; r++) yield* this.#runs[r] ?? [];
  }
}

/** The least index below `length` for which a condition that stays true once true holds, or `length`. */
function firstWhere(length: number, condition: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (condition(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
