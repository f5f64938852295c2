import type { Skip } from '../types.ts';

/** The verdicts of a run about versions that it does not copy. */
export interface Verdicts {
  /** Skips by version ID. */
  readonly skipped: ReadonlyMap<string, Skip>;
  /** IDs of source entries that turned out not to be copied. They are not examined twice. */
  readonly excluded: ReadonlySet<string>;
}

/** The log in which a run records its verdicts. */
export class VerdictLog implements Verdicts {
  readonly skipped = new Map<string, Skip>();
  readonly excluded = new Set<string>();

  skip(skip: Skip): void {
    this.skipped.set(skip.versionId, skip);
  }

  /** `refId`: the ID of the entry's reference. */
  exclude(refId: string): void {
    this.excluded.add(refId);
  }
}
