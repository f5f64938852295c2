/** The result of one benchmark. */
export interface BenchResult {
  /** For a person. */
  readonly lines: readonly string[];
  /** For a program: plain JSON. */
  readonly figures: unknown;
  /** The figures that have a limit. */
  readonly limited?: readonly Figure[];
  /** A figure over its limit fails the command. */
  readonly ok: boolean;
}

export interface Figure {
  readonly name: string;
  readonly value: number;
  /**
   * `count`: the same on every machine. `ratio`: two measurements of one run, taken in turns; a busy machine may
   * disturb one more than the other.
   */
  readonly kind: 'count' | 'ratio';
  /** The most that passes. */
  readonly most: number;
}

export interface BenchOptions {
  /** Fewer rounds: for a build, in which ratios must hold only within a factor of `HEADROOM`. */
  readonly quick: boolean;
  /** The sizes that the product is made for, which take from minutes to an hour. Some benchmarks have no other size. */
  readonly large: boolean;
}

/** In a build a ratio may be this many times its limit, because the build shares its machine. */
export const HEADROOM = 2;

export function isOver({ value, most, kind }: Figure, { quick }: BenchOptions): boolean {
  return !(value <= most * (quick && kind === 'ratio' ? HEADROOM : 1));
}

export type Bench = (options: BenchOptions) => Promise<BenchResult>;
