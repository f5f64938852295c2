import type { Place } from '../cos/index.ts';
import type { SkipCode } from '../errors/index.ts';
import type { Rule } from '../rules/index.ts';
import type { Upload } from '../tasks/index.ts';
import type { Marker, Rank, Ref } from '../identity/index.ts';

/** A version or delete marker of the key at the source that is in scope of the rules; replicas are left out. */
export interface Entry {
  readonly ref: Ref;
  /** The version ID in COS's form: `null` or an ID. */
  readonly versionId: string;
  readonly deleteMarker: boolean;
  /** Whether a reader of the source gets it. Rules that ask for the current versions of existing objects need this. */
  readonly current?: boolean;
}

/** The order of a source's versions: negative when `a` is older. */
export type Compare = (a: Ref, b: Ref) => number;

interface Position {
  readonly versionId: string;
  /** ms since 1970, whole seconds. */
  readonly time: number;
  /** Set at a destination that is also a source: the rank of the write that this stands for. */
  readonly rank?: Rank;
}

export interface DeleteMarkerItem extends Position {
  readonly kind: 'delete-marker';
  /** Set at a destination that is also a source: made by us, and a record says which deletion it stands for. */
  readonly recorded?: true;
}

/** A version that somebody else wrote, or that is not proved to be ours. It is never moved or removed. */
export interface ForeignItem extends Position {
  readonly kind: 'foreign';
}

interface MadeByUs extends Position {
  readonly marker: Marker;
  /** A user's copy with the same attempt ID lies above. Without this replica that copy would count as ours. */
  readonly vouches?: boolean;
  /** Its bytes are archived and cannot be read. If it has to move, its source is copied again. */
  readonly unreadable?: true;
}

/** Made by us for this source, with the bytes that its marker describes. */
export interface ReplicaItem extends MadeByUs {
  readonly kind: 'replica';
}

/** Two-way: made by us for another bucket than this source, or for the destination itself. */
export interface OtherReplicaItem extends MadeByUs {
  readonly kind: 'other';
}

export type OwnItem = ReplicaItem | OtherReplicaItem;
export type ObjectItem = OwnItem | ForeignItem;
/** One position in the destination's stack of this key. */
export type StackItem = ObjectItem | DeleteMarkerItem;

export const isOwn = (item: StackItem): item is OwnItem => item.kind === 'replica' || item.kind === 'other';

/** The result of a full look, and the whole input of `plan`. */
export interface Observation {
  /** Oldest first. */
  readonly entries: readonly Entry[];
  /** All entries of the source's listing, oldest first, in scope or not: the order of versions. */
  readonly sourceOrder: readonly Ref[];
  /**
   * Microseconds since 1970: every version that was written at the source before is certainly in `sourceOrder`.
   * Listings lag.
   */
  readonly settledBefore: number;
  /** Newest first, down to the end of the look. */
  readonly stack: readonly StackItem[];
  /** Source of the replica at which the look stopped; older ones were not looked at. */
  readonly low: Ref | undefined;
  /** IDs of the versions that the event or tasks named. */
  readonly hints: ReadonlySet<string>;
  /** Delete markers at the destination that this run made. */
  readonly mine: ReadonlySet<string>;
  /** ms since 1970: delete markers from then on may come from late requests of a killed run. Infinity: none may. */
  readonly since: number;
  /** Set when the destination is also a source. */
  readonly together?: Together | undefined;
}

/** Facts that a plan needs where replication is not one-way. */
export interface Together {
  /** Name of the source bucket. */
  readonly source: string;
  /** Whether the top of the stack is known for certain. If not, it is not changed for now. */
  readonly settled: boolean;
  /** Deletions that replication made at the destination and a user undid there. */
  readonly undone: readonly Rank[];
}

export type Step =
  /** Copy a source version; `base` goes into its marker. */
  | { readonly kind: 'copy'; readonly entry: Entry; readonly base: Ref | undefined }
  /** Copy a replica on top of its own stack, because it is in the wrong place. */
  | { readonly kind: 'raise'; readonly item: OwnItem; readonly base: Ref | undefined }
  | { readonly kind: 'mark'; readonly entry: Entry }
  /**
   * Copy a version of somebody else on top of its own stack: it is the newest write, but an older one lies above it.
   */
  | { readonly kind: 'lift'; readonly item: ForeignItem }
  /** Make the delete marker that stands for this deletion. */
  | { readonly kind: 'hide'; readonly rank: Rank }
  /** Record that our delete marker, which hides the key already, stands for this newer deletion too. */
  | { readonly kind: 'stand'; readonly item: DeleteMarkerItem; readonly rank: Rank }
  /** `keep`: the replica that stays instead; undefined: the one that this run has written. */
  | {
      readonly kind: 'remove';
      readonly item: OwnItem;
      readonly reason: 'surplus' | 'raised';
      readonly keep?: OwnItem;
    };

/** Why a version has no replica and gets none as things are. */
export type SkipReason = Exclude<SkipCode, 'no-rule' | 'overtaken' | Absent>;

/** Why a version below newer replicas has no replica and is not copied by itself. */
export type Absent = 'removed-at-destination' | 'not-at-destination';

export interface Skip {
  readonly versionId: string;
  readonly reason: SkipReason;
}

/** One key at one destination. */
export interface Work {
  readonly source: Place;
  readonly destination: Place;
  readonly key: string;
  /** The rules for this destination whose prefix covers the key, the winning one first. */
  readonly rules: readonly Rule[];
  /** Version IDs named by an event or by tasks. */
  readonly hints: readonly string[];
  /** The facts that an event without a version ID gives about its version. */
  readonly clue?: Clue | undefined;
  /** Both listings are read even if the current versions seem to agree. */
  readonly full: boolean;
  /** The work that killed runs have left is taken up, wherever its record lies. This costs one more request. */
  readonly thorough: boolean;
  /** Microseconds since 1970: replicas of older versions are not looked at. 0: all are. */
  readonly floor: number;
  /** See `Observation`. */
  readonly since: number;
  /** Tags, and the ACL if a rule asks for it, are compared and updated. Their changes cause no event. */
  readonly compare: boolean;
  /** ms since 1970: older findings are found out again. -Infinity: all findings are used. */
  readonly fresh: number;
  /** Our uploads that were open at the destination when the work was written down. */
  readonly uploads: readonly Upload[];
}

export interface Clue {
  readonly etag: string | undefined;
  readonly size: number | undefined;
  /** Time of the request in ms since 1970, whole seconds. */
  readonly time: number | undefined;
}

/** When to look again and how deep, because listings may have lagged. */
export interface Recheck {
  /** ms since 1970. */
  readonly at: number;
  /** See `Work`; covers the delete markers that this run has made too. */
  readonly since: number;
  /** Microseconds since 1970: the oldest of the written versions. */
  readonly floor: number;
}

/** How a run ended. */
export type End =
  | { readonly state: 'done'; readonly lookAgain?: Recheck }
  /** Another run holds the key until `until` (ms since 1970, local clock). */
  | { readonly state: 'busy'; readonly until: number }
  /** The same, and that run looks once more before it gives the key back: nothing is left to do. */
  | { readonly state: 'told' }
  /** The time of the run was over, or the work was too long for it. `progress`: some of it was done. */
  | { readonly state: 'handed-over'; readonly progress: boolean }
  /** The rules of the work are no longer in force. */
  | { readonly state: 'rules-changed' }
  /** `knock`: somebody has knocked, and asks for a look of this depth (microseconds since 1970). */
  | { readonly state: 'failed'; readonly error: unknown; readonly knock?: number };

export type Report = Done & End;

/** The results of a run, however it ended. */
export interface Done {
  readonly copied: number;
  readonly marked: number;
  readonly removed: number;
  /** Replicas whose tags or ACL were brought up to date. */
  readonly retagged: number;
  readonly bytes: number;
  readonly skipped: readonly Skip[];
  /** Our uploads that are open at the destination now, for the task that is made of the remaining work. */
  readonly uploads: readonly Upload[];
}
