/** What one benchmark found. */
export interface BenchResult {
  /** For a person. */
  readonly lines: readonly string[];
  /** For a program: plain JSON. */
  readonly figures: unknown;
  /** Those that have a limit. */
  readonly limited?: readonly Figure[];
  /** A figure that misses its limit fails the command. */
  readonly ok: boolean;
}

export interface Figure {
  readonly name: string;
  readonly value: number;
  /**
   * `count`: the same on every machine. `ratio`: two measurements of one run, taken in turns, of which a busy machine
   * disturbs one more than the other at times.
   */
  readonly kind: 'count' | 'ratio';
  /** The most that passes. */
  readonly most: number;
}

export interface BenchOptions {
  /** Fewer rounds: for a build, where ratios have to hold within a factor of `HEADROOM` only. */
  readonly quick: boolean;
  /** The sizes that the product is made for, which take from minutes to an hour; some benchmarks have no other size. */
  readonly large: boolean;
}

/** In a build a ratio may be so many times its limit: it shares its machine. */
export const HEADROOM = 2;

export function isOver({ value, most, kind }: Figure, { quick }: BenchOptions): boolean {
  return !(value <= most * (quick && kind === 'ratio' ? HEADROOM : 1));
}

export type Bench = (options: BenchOptions) => Promise<BenchResult>;
