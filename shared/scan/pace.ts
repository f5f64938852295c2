import { ServiceError } from '../errors/index.ts';

/** Keys in a row that must succeed before one more is worked on at once. */
const RAISE_AFTER = 50;
/** ms for which no new work begins after a refusal; doubled after each further one that follows at once. */
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 30_000;

/** Whether COS asks for fewer requests. */
export const isSlowDown = (error: unknown): boolean =>
  error instanceof ServiceError && (error.code === 'SlowDown' || error.status === 503 || error.status === 429);

/**
 * The number of keys that are worked on at once: halved after each `SlowDown`, one more after a while without one,
 * never above a setting. Live work shares the capacity of COS, so nothing is tried again at once.
 */
export class Pace {
  readonly #most: number;
  readonly #random: () => number;
  #limit: number;
  #good = 0;
  #rest = FIRST_REST_MS;

  constructor(most: number, random: () => number) {
    this.#most = Math.max(1, most);
    this.#limit = this.#most;
    this.#random = random;
  }

  get limit(): number {
    return this.#limit;
  }

  went(): void {
    this.#good += 1;
    if (this.#good < RAISE_AFTER) return;
    this.#good = 0;
    this.#rest = FIRST_REST_MS;
    this.#limit = Math.min(this.#most, this.#limit + 1);
  }

  /** Records a refusal. Returns the ms for which no new work may begin. */
  refused(): number {
    this.#good = 0;
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    const rest = this.#rest * (0.5 + this.#random() / 2);
    this.#rest = Math.min(LONGEST_REST_MS, this.#rest * 2);
    return rest;
  }
}
