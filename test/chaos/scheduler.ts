/** Seeded randomness (mulberry32): the same seed gives the same world. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/**
 * Virtual time. Nothing here waits: the next timer runs as soon as all work of the last one is done. So a day passes in
 * milliseconds, and the same timers run in the same order every time.
 */
export class Scheduler {
  /** ms since 1970. */
  now: number;
  readonly #timers: Timer[] = [];
  #order = 0;

  constructor(start: number) {
    this.now = start;
  }

  get idle(): boolean {
    return this.#timers.length === 0;
  }

  at(time: number, run: () => void): void {
    const timer = { at: Math.max(time, this.now), order: this.#order, run };
    this.#order += 1;
    let i = this.#timers.length;
    this.#timers.push(timer);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(timer, this.#timers[parent] as Timer)) break;
      this.#timers[i] = this.#timers[parent] as Timer;
      i = parent;
    }
    this.#timers[i] = timer;
  }

  after(ms: number, run: () => void): void {
    this.at(this.now + ms, run);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Runs timers until `done` is true before the next one, or none is left. */
  async runUntil(done: () => boolean): Promise<void> {
    while (!done()) {
      const timer = this.#pop();
      if (timer === undefined) return;
      this.now = timer.at;
      timer.run();
      // All work of a world is promises, which are done when the next tick begins. A turn of the event loop would show
      // it too.
      await new Promise((resolve) => process.nextTick(resolve));
    }
  }

  #pop(): Timer | undefined {
    const top = this.#timers[0];
    const last = this.#timers.pop();
    if (top === undefined || last === undefined || this.#timers.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.#timers.length) break;
      const right = child + 1;
      if (right < this.#timers.length && before(this.#timers[right] as Timer, this.#timers[child] as Timer))
        child = right;
      if (!before(this.#timers[child] as Timer, last)) break;
      this.#timers[i] = this.#timers[child] as Timer;
      i = child;
    }
    this.#timers[i] = last;
    return top;
  }
}

const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
