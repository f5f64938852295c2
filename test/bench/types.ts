/** What one benchmark found. */
export interface BenchResult {
  /** For a person. */
  readonly lines: readonly string[];
  /** For a program: plain JSON. */
  readonly figures: unknown;
  /** A figure that misses its limit fails the command. */
  readonly ok: boolean;
}

export type Bench = () => Promise<BenchResult>;
