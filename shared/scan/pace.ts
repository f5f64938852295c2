import { ServiceError } from '../errors/index.ts';

/** One more key is worked on at once after this many successes, or after this many ms without a refusal. */
const RAISE_AFTER = 200;
const RAISE_MS = 5000;
/** ms for which no new work begins after a refusal; doubled after each further one that follows at once. */
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 30_000;

/** Whether COS asks for fewer requests. */
export const isSlowDown = (error: unknown): boolean =>
  error instanceof ServiceError && (error.code === 'SlowDown' || error.status === 503 || error.status === 429);

/**
 * The number of keys that are worked on at once: halved after each burst of `SlowDown`, one more after a while without one,
 * never above a setting. Live work shares the capacity of COS, so nothing is tried again at once.
 */
export class Pace {
  readonly #most: number;
  readonly #now: () => number;
  readonly #random: () => number;
  #limit: number;
  #good = 0;
  /** ms since 1970: the last change of the limit; and the end of the rest after a refusal. */
  #changed = Number.NEGATIVE_INFINITY;
  #rested = Number.NEGATIVE_INFINITY;
  #rest = FIRST_REST_MS;

  /** `now` in ms since 1970; `random` in [0, 1). */
  constructor(most: number, { now, random }: { readonly now: () => number; readonly random: () => number }) {
    this.#most = Math.max(1, most);
    this.#limit = this.#most;
    this.#now = now;
    this.#random = random;
  }

  get limit(): number {
    return this.#limit;
  }

  went(): void {
    const now = this.#now();
    this.#good += 1;
    // Keys that were in progress when another one was refused say nothing about the pace since then.
    if (now < this.#rested || (this.#good < RAISE_AFTER && now - this.#changed < RAISE_MS)) return;
    this.#good = 0;
    this.#changed = now;
    this.#rest = FIRST_REST_MS;
    this.#limit = Math.min(this.#most, this.#limit + 1);
  }

  /** Records a refusal. Returns the ms for which no new work may begin. */
  refused(): number {
    const now = this.#now();
    // Keys that were in progress together are refused together. That counts as one refusal, not as one for each key.
    if (now < this.#rested) return this.#rested - now;
    const rest = this.#rest * (0.5 + this.#random() / 2);
    this.#good = 0;
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#rest = Math.min(LONGEST_REST_MS, this.#rest * 2);
    this.#rested = now + rest;
    this.#changed = this.#rested;
    return rest;
  }
}
