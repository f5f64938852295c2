import type { DeleteMarkerItem, OwnItem } from '../types.ts';

export interface Counts {
  copied: number;
  /** Delete markers that were made. */
  marked: number;
  removed: number;
  /** Replicas whose tags or ACL were brought up to date. */
  retagged: number;
  bytes: number;
}

/** The writes of a run at the destination. */
export interface Deeds {
  /** Versions and delete markers that it wrote and did not remove again, newest last. A listing may not show them yet. */
  readonly written: readonly (OwnItem | DeleteMarkerItem)[];
  /** IDs of the versions that it removed. */
  readonly removed: ReadonlySet<string>;
  /** Version IDs of replicas whose tags and ACL are known to equal those of their source. */
  readonly compared: ReadonlySet<string>;
  readonly counts: Readonly<Counts>;
  /** The item that it wrote under this ID; undefined when it wrote none, or removed it again. */
  writtenAs(versionId: string): OwnItem | DeleteMarkerItem | undefined;
}

/** The log in which a run records its writes. */
export class DeedLog implements Deeds {
  readonly written: (OwnItem | DeleteMarkerItem)[] = [];
  readonly removed = new Set<string>();
  readonly compared = new Set<string>();
  /** A key may have a hundred thousand versions, and each look asks for each of them. */
  readonly #byId = new Map<string, OwnItem | DeleteMarkerItem>();
  readonly counts: Counts = { copied: 0, marked: 0, removed: 0, retagged: 0, bytes: 0 };

  copied(item: OwnItem, bytes: number): void {
    this.#note(item);
    this.counts.copied += 1;
    this.counts.bytes += bytes;
  }

  /** Undefined when the answer did not name the delete marker. */
  marked(item: DeleteMarkerItem | undefined): void {
    if (item !== undefined) this.#note(item);
    this.counts.marked += 1;
  }

  hasRemoved(versionId: string): void {
    this.removed.add(versionId);
    const at = this.written.findIndex((item) => item.versionId === versionId);
    if (at !== -1) this.written.splice(at, 1);
    this.#byId.delete(versionId);
    this.counts.removed += 1;
  }

  writtenAs(versionId: string): OwnItem | DeleteMarkerItem | undefined {
    return this.#byId.get(versionId);
  }

  #note(item: OwnItem | DeleteMarkerItem): void {
    this.written.push(item);
    this.#byId.set(item.versionId, item);
  }

  hasCompared(versionId: string): void {
    this.compared.add(versionId);
  }

  retagged(): void {
    this.counts.retagged += 1;
  }
}
