import type { Skip } from '../types.ts';

/** The verdicts of a run about versions that it does not copy. */
export interface Verdicts {
  /** Skips by version ID. */
  readonly skipped: ReadonlyMap<string, Skip>;
  /** IDs of source entries that turned out not to be copied. They are not examined twice. */
  readonly excluded: ReadonlySet<string>;
  /** IDs of source entries that only their tags leave out of the rules. */
  readonly leftOut: ReadonlySet<string>;
}

/** The log in which a run records its verdicts. */
export class VerdictLog implements Verdicts {
  readonly skipped = new Map<string, Skip>();
  readonly excluded = new Set<string>();
  readonly leftOut = new Set<string>();

  skip(skip: Skip): void {
    this.skipped.set(skip.versionId, skip);
  }

  /** `refId`: the ID of the entry's reference. `byTags`: only its tags leave it out. */
  exclude(refId: string, byTags = false): void {
    this.excluded.add(refId);
    if (byTags) this.leftOut.add(refId);
  }
}
