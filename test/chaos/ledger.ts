import type { Place } from '../../shared/cos/index.ts';
import type { Rank } from '../../shared/identity/index.ts';
import type { Core } from '../cloud/cos/index.ts';

/** A version of a user at any place. */
export interface Origin {
  readonly bucket: string;
  readonly versionId: string;
}

/** The first original of a copy: a replica that is copied on top again stands for the same original. */
export interface Copied {
  readonly origin: Origin;
  /** Copied within its bucket, to be on top again. */
  readonly raised: boolean;
}

export interface Made {
  readonly place: Place;
  readonly key: string;
  readonly origin: Origin;
}

export interface Upload {
  readonly place: Place;
  readonly key: string;
  /** The original of its parts, once there is a part. */
  parts: Copied | undefined;
  /** Whether the state bucket ever had it. An upload whose ID no run learned is left to the bucket's lifecycle. */
  known: boolean;
}

/** A record that a delete marker of ours is about to be made. */
export interface Intended {
  /** Stands for the key and its place. */
  readonly digest: string;
  /** The deletion that it stands for. */
  readonly rank: Rank;
  /** ms since 1970 at which it was written. */
  readonly time: number;
  /** ms since 1970 at which it was removed, while no delete marker was known for it. Infinity: it was not. */
  until: number;
}

/** A record that a delete marker is ours. */
export interface Named {
  readonly digest: string;
  readonly versionId: string;
  /** The deletion that it stands for. Several records may name one delete marker. */
  readonly rank: Rank;
  /** That of its intention. */
  readonly unique: string;
  /** ms since 1970 at which it was written. */
  readonly time: number;
}

/** The real writes of the functions of all deployments, recorded at the storage: the judge's own record. */
export class Ledger {
  /** By version ID at the destination. No ID is used twice in the world. */
  readonly made = new Map<string, Made>();
  /** Version IDs of canaries at their source. */
  readonly canaries = new Set<string>();
  /** Delete markers that the functions made, by version ID. */
  readonly marked = new Map<string, { readonly place: Place; readonly key: string; readonly time: number }>();
  /** Versions at destinations that the functions removed, and when, in ms since 1970. */
  readonly removed: { readonly bucket: string; readonly time: number }[] = [];
  /** Records of delete markers before they are made, by their `unique` part. */
  readonly intended = new Map<string, Intended>();
  /** The delete markers on record. Once a user has removed another one, nobody can know that it existed. */
  readonly named: Named[] = [];
  /** Delete markers of ours whose ID reached the run that asked for them. */
  readonly answered = new Set<string>();
  /** Delete markers that a run asked to have on record, whatever became of that request. */
  readonly recording = new Set<string>();
  /** Open uploads of the functions, by ID. */
  readonly uploads = new Map<string, Upload>();
  /** Uploads that were completed or aborted. Aborting one of them again does nothing. */
  readonly ended = new Set<string>();
  /** Events that must never happen, in words. */
  readonly crimes: string[] = [];
  /** Copies from the source of versions that already had a replica. Without faults there is no excuse for one. */
  readonly doubles: { readonly text: string; readonly others: readonly string[] }[] = [];
  /** Results of scans: the source, and when the scan began and ended, in ms since 1970. */
  readonly scans: { readonly source: string; readonly from: number; readonly until: number }[] = [];
  copies = 0;
  /** The most replicas of one version that existed at one destination at the same time. */
  peak = 0;

  /** Other replicas of the same version at the same destination, read by ID because listings lag. */
  othersOf(core: Core, { place, key, origin }: Made, versionId: string): readonly string[] {
    const others = [...this.made].filter(
      ([id, one]) =>
        id !== versionId &&
        one.key === key &&
        one.place.bucket === place.bucket &&
        one.origin.bucket === origin.bucket &&
        one.origin.versionId === origin.versionId,
    );
    // A copy in place leaves its original where it was.
    const ids = [...others.map(([id]) => id), ...(origin.bucket === place.bucket ? [origin.versionId] : [])];
    return ids.filter((id) => isThere(core, place, key, id));
  }
}

/** Whether a version exists, whatever listings show. */
export function isThere(core: Core, { bucket, region }: Place, key: string, versionId: string): boolean {
  try {
    core.getObject(bucket, region, key, versionId);
    return true;
  } catch {
    return false;
  }
}
