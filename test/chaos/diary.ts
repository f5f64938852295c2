import type { Place } from '../../shared/cos/index.ts';
import type { Version } from '../cloud/cos/index.ts';

/** A key at one site. */
export const at = (place: Place, key: string): string => `${place.bucket}/${key}`;

/** The deeds of users, as far as the judge must know them. Places are named by `at`. */
export class Diary {
  /** Places at destinations where somebody else wrote. */
  readonly foreign = new Set<string>();
  /** Places where a version or delete marker was deleted by ID. */
  readonly pruned = new Set<string>();
  /** Places where somebody wrote while versioning was suspended. */
  readonly suspended = new Set<string>();
  /** Buckets of destinations whose versioning is suspended, and since when, in ms since 1970. */
  readonly unversioned = new Map<string, number>();
  /** The last time that a user wrote or removed anything there, in ms since 1970. */
  readonly touched = new Map<string, number>();
  /** Version IDs that a lifecycle or a user removed, and when, in ms since 1970. */
  readonly expired = new Map<string, number>();
  /** The version that was copied, whole and onto its own key, by the ID of the copy. */
  readonly copies = new Map<string, string>();
  /** Every delete marker that a user made, even a removed one. */
  readonly deletions: {
    readonly place: Place;
    readonly key: string;
    readonly versionId: string;
    readonly time: number;
  }[] = [];
  readonly undeletes: {
    readonly place: Place;
    readonly key: string;
    readonly versionId: string;
    readonly time: number;
    /** An older delete marker was below. */
    readonly stillHidden: boolean;
  }[] = [];
  /** Tags that a version had before somebody changed them, by its ID. */
  readonly formerTags = new Map<string, Version['attributes']['tags'][]>();
  /** Archived versions that a user restored, and when, in ms since 1970. */
  readonly restored = new Map<string, number>();
  /** Uploads that no user ends. */
  readonly uploads: { readonly place: Place; readonly key: string; readonly uploadId: string }[] = [];

  /** The tags or the rights of a version are changed at this moment. */
  changes({ versionId, attributes: { tags } }: Version): void {
    this.formerTags.set(versionId, [...(this.formerTags.get(versionId) ?? []), tags]);
  }
}
