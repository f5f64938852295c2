import type { Place } from '../cos/index.ts';
import type { SkipCode } from '../errors/index.ts';
import type { Rule } from '../rules/index.ts';
import type { Upload } from '../tasks/index.ts';
import type { Marker, Rank, Ref } from '../identity/index.ts';

/** A version or delete marker of the key at the source that the rules put in scope, replicas left out. */
export interface Entry {
  readonly ref: Ref;
  /** The name that COS gives it: `null` or the version ID. */
  readonly versionId: string;
  readonly deleteMarker: boolean;
  /** Whether a reader of the source gets it. This matters for rules that ask for the current versions of existing objects. */
  readonly current?: boolean;
}

/** The order of a source's versions: negative when `a` is older. */
export type Compare = (a: Ref, b: Ref) => number;

interface Position {
  readonly versionId: string;
  /** ms since 1970, whole seconds. */
  readonly time: number;
  /** At a destination that is a source too: where the write that this stands for belongs. */
  readonly rank?: Rank;
}

export interface DeleteMarkerItem extends Position {
  readonly kind: 'delete-marker';
}

/** A version that somebody else wrote, or that is not proven to be ours. It is never moved or removed. */
export interface ForeignItem extends Position {
  readonly kind: 'foreign';
}

interface MadeByUs extends Position {
  readonly marker: Marker;
  /** A user's copy with the same attempt ID stands above. Without this replica that copy would count as ours. */
  readonly vouches?: boolean;
  /** Its bytes are archived and cannot be read. If it has to stand elsewhere, its source is copied again. */
  readonly unreadable?: true;
}

/** Made by us for this source, with the bytes that its marker speaks of. */
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
  /** Everything the source listing held, oldest first, in scope or not: the order of versions. */
  readonly sourceOrder: readonly Ref[];
  /** Microseconds since 1970: all that was written at the source before this is surely in `sourceOrder`. Listings lag. */
  readonly settledBefore: number;
  /** Newest first, down to where the look stopped. */
  readonly stack: readonly StackItem[];
  /** Source of the replica at which the look stopped; what is older was not looked at. */
  readonly low: Ref | undefined;
  /** IDs of the versions the event or tasks named. */
  readonly hints: ReadonlySet<string>;
  /** Delete markers at the destination that this run made. */
  readonly mine: ReadonlySet<string>;
  /** ms since 1970: delete markers from here on may be late requests of a run that broke off. Infinity: none. */
  readonly since: number;
  /** Set when the destination is a source as well. */
  readonly together?: Together | undefined;
}

/** Facts that a plan needs where replication goes more than one way. */
export interface Together {
  /** Name of the source bucket. */
  readonly source: string;
  /** Whether the top of the stack is known for certain. If not, it is left as it is for now. */
  readonly settled: boolean;
  /** Deletions that were brought to the destination and undone there by a user. */
  readonly undone: readonly Rank[];
}

export type Step =
  /** Copy a source version; `base` goes into its marker. */
  | { readonly kind: 'copy'; readonly entry: Entry; readonly base: Ref | undefined }
  /** Copy a replica on top of its own stack, because it stands in the wrong place. */
  | { readonly kind: 'raise'; readonly item: OwnItem; readonly base: Ref | undefined }
  | { readonly kind: 'mark'; readonly entry: Entry }
  /** Copy a version of somebody else on top of its own stack: it is the newest write, and something older lies above it. */
  | { readonly kind: 'lift'; readonly item: ForeignItem }
  /** Make the delete marker that stands for this deletion. */
  | { readonly kind: 'hide'; readonly rank: Rank }
  /** `keep`: the replica that stays in its place; undefined: the one that this run has written. */
  | {
      readonly kind: 'remove';
      readonly item: OwnItem;
      readonly reason: 'surplus' | 'raised';
      readonly keep?: OwnItem;
    };

/** Why a version has no replica and will not get one for now. */
export type SkipReason = Exclude<SkipCode, 'no-rule' | 'overtaken' | Absent>;

/** Why a version has no replica below newer ones, and is not copied by itself. */
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
  /** The rules for this destination whose prefix holds the key, the winning one first. */
  readonly rules: readonly Rule[];
  /** Version IDs named by an event or by tasks. */
  readonly hints: readonly string[];
  /** The facts that an event without a version ID gives about its version. */
  readonly clue?: Clue | undefined;
  /** Both listings are read even when the current versions seem to agree. */
  readonly full: boolean;
  /** The work that broken-off runs have left is taken up, wherever its record lies. This costs one more request. */
  readonly thorough: boolean;
  /** Microseconds since 1970: replicas of older versions need not be looked at. 0: look at all. */
  readonly floor: number;
  /** See `Observation`. */
  readonly since: number;
  /** Tags are brought over, and the ACL where a rule asks for it, if they changed after replication. No event tells of that. */
  readonly compare: boolean;
  /** ms since 1970: findings that are older are found out anew. -Infinity: all findings will do. */
  readonly fresh: number;
  /** Uploads of ours that were open at the destination when the work was written down. */
  readonly uploads: readonly Upload[];
}

export interface Clue {
  readonly etag: string | undefined;
  readonly size: number | undefined;
  /** ms since 1970, whole seconds: when the request was made. */
  readonly time: number | undefined;
}

/** When and how deep to look again, because listings may have been too young to trust. */
export interface Recheck {
  /** ms since 1970. */
  readonly at: number;
  /** See `Work`; the delete markers that this run has made included. */
  readonly since: number;
  /** Microseconds since 1970: the oldest of what was written. */
  readonly floor: number;
}

/** How a run ended. */
export type End =
  | { readonly state: 'done'; readonly lookAgain?: Recheck }
  /** Another run holds the key until `until` (ms since 1970, local clock). */
  | { readonly state: 'busy'; readonly until: number }
  /** So too, and that run looks once more before it gives the key back: nothing is left to do. */
  | { readonly state: 'told' }
  /** The time of the run was over, or the work was too long for it. `progress`: it has brought something about. */
  | { readonly state: 'handed-over'; readonly progress: boolean }
  /** The rules of the work are not in force any more. */
  | { readonly state: 'rules-changed' }
  /** `knock`: somebody has knocked meanwhile, and asks for a look as deep as this (microseconds since 1970). */
  | { readonly state: 'failed'; readonly error: unknown; readonly knock?: number };

export type Report = Done & End;

/** The deeds of a run, however it ended. */
export interface Done {
  readonly copied: number;
  readonly marked: number;
  readonly removed: number;
  /** Replicas whose tags or ACL were brought up to date. */
  readonly retagged: number;
  readonly bytes: number;
  readonly skipped: readonly Skip[];
  /** Uploads of ours that are open at the destination now, for the task that is made of what is left. */
  readonly uploads: readonly Upload[];
}
