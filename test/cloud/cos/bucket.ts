import { NO_SETTINGS } from './settings/configure.ts';
import type { BucketSettings } from './settings/types.ts';
import { SortedKeys } from './sorted-keys.ts';
import type { Blob } from './blobs/types.ts';
import type { Attributes, BucketInfo, StoredAcl, Version, VersioningStatus } from './types.ts';
import { NULL_VERSION, timeOfVersionId } from './version-id.ts';

/** One version in its place. A change of tags or ACL puts another description into the same place. */
interface Slot {
  version: Version;
  /** ms since 1970 at which it was written, by the clock of that moment. */
  readonly written: number;
}

/** A removed version that lagging listings still show. */
interface Ghost extends Slot {
  readonly removed: number;
}

interface Stack {
  /** Oldest first: a write is a push. */
  readonly slots: Slot[];
  /** The same by version ID. Of two `null` versions, during a replacement, the newer. */
  readonly byId: Map<string, Slot>;
  /** Time of the last `null` version removed: a version-id-marker may still name it. */
  nullTime: number | undefined;
}

export interface Upload {
  readonly key: string;
  readonly uploadId: string;
  /** ms since 1970 */
  readonly initiated: number;
  readonly attributes: Attributes;
  readonly forbidOverwrite: boolean;
  readonly parts: Map<number, Part>;
}

export interface Part {
  readonly partNumber: number;
  readonly etag: string;
  readonly blob: Blob;
  readonly lastModified: number;
}

function slotOf({ slots, byId }: Stack, version: Version): Slot | undefined {
  const slot = byId.get(version.versionId);
  return slot?.version === version ? slot : slots.findLast((one) => one.version === version);
}

/** The content of one bucket: a stack of versions for each key, and open uploads. It knows no rules of COS. */
export class Bucket {
  readonly name: string;
  readonly region: string;
  readonly created: number;
  /** True: the bucket is kept in several zones, which its creation decides. */
  readonly multiAz: boolean;
  readonly uploads = new Map<string, Upload>();
  settings: BucketSettings = NO_SETTINGS;
  versioning: VersioningStatus | undefined;
  acl: StoredAcl;
  readonly #stacks = new Map<string, Stack>();
  readonly #ghosts = new Map<string, Ghost[]>();
  /** The ghosts in order of removal. */
  readonly #removals: Ghost[] = [];
  /** Keys with a stack or a ghost, in listing order. */
  readonly #keys = new SortedKeys();

  constructor(name: string, region: string, created: number, acl: StoredAcl, multiAz = false) {
    this.name = name;
    this.region = region;
    this.created = created;
    this.acl = acl;
    this.multiAz = multiAz;
  }

  get info(): BucketInfo {
    const { name, region, created, versioning, acl, multiAz } = this;
    return { name, region, created, versioning, acl, multiAz };
  }

  /** Whether it has no versions, delete markers and open uploads. */
  get isEmpty(): boolean {
    return this.#stacks.size === 0 && this.uploads.size === 0;
  }

  /** The newest version or delete marker. */
  current(key: string): Version | undefined {
    return this.#stacks.get(key)?.slots.at(-1)?.version;
  }

  find(key: string, versionId: string): Version | undefined {
    return this.#stacks.get(key)?.byId.get(versionId)?.version;
  }

  push(version: Version, now: number): void {
    let stack = this.#stacks.get(version.key);
    if (stack === undefined) {
      stack = { slots: [], byId: new Map(), nullTime: undefined };
      this.#stacks.set(version.key, stack);
      this.#keys.add(version.key);
    }
    const slot = { version, written: now };
    stack.slots.push(slot);
    stack.byId.set(version.versionId, slot);
  }

  /** Takes a version out; listings that lag show it for `lag` ms more. */
  remove(version: Version, now: number, lag: number): void {
    this.#forget(now - lag);
    const stack = this.#stacks.get(version.key);
    const slot = stack && slotOf(stack, version);
    if (stack === undefined || slot === undefined) throw new Error(`${version.key} ${version.versionId} is not here`);
    stack.slots.splice(stack.slots.lastIndexOf(slot), 1);
    if (stack.byId.get(version.versionId) === slot) stack.byId.delete(version.versionId);
    if (version.versionId === NULL_VERSION) stack.nullTime = version.time;
    if (stack.slots.length === 0) this.#stacks.delete(version.key);
    if (lag > 0) {
      const ghost = { ...slot, removed: now };
      this.#removals.push(ghost);
      this.#ghosts.set(version.key, [...(this.#ghosts.get(version.key) ?? []), ghost]);
    }
    this.#tidy(version.key);
  }

  /** Puts another description of the same version in its place. */
  replace(version: Version, next: Version): void {
    const stack = this.#stacks.get(version.key);
    const slot = stack && slotOf(stack, version);
    if (slot === undefined) throw new Error(`${version.key} ${version.versionId} is not here`);
    slot.version = next;
  }

  /** The bucket as listings show it: without the writes and removals of the last `lag` ms. */
  view(now: number, lag: number): BucketView {
    this.#forget(now - lag);
    const slotsOf = (key: string): readonly Slot[] =>
      lag === 0 ? (this.#stacks.get(key)?.slots ?? []) : this.#asOf(key, now - lag);
    return {
      keysFrom: (reached) => this.#keys.from(reached),
      versionsOf: (key) => newestFirst(slotsOf(key)),
      timeOf: (key, versionId) => {
        if (versionId !== NULL_VERSION) return timeOfVersionId(versionId);
        const shown = slotsOf(key).findLast(({ version }) => version.versionId === NULL_VERSION);
        return shown?.version.time ?? this.#stacks.get(key)?.nullTime ?? Infinity;
      },
    };
  }

  #asOf(key: string, horizon: number): readonly Slot[] {
    const slots = [...(this.#stacks.get(key)?.slots ?? []), ...(this.#ghosts.get(key) ?? [])];
    return slots.filter((slot) => slot.written <= horizon).sort((a, b) => a.version.time - b.version.time);
  }

  /** Drops the ghosts that no listing with this horizon shows any more. */
  #forget(horizon: number): void {
    const end = this.#removals.findIndex((ghost) => ghost.removed > horizon);
    for (const { version } of this.#removals.splice(0, end < 0 ? this.#removals.length : end)) {
      const rest = (this.#ghosts.get(version.key) ?? []).filter((ghost) => ghost.removed > horizon);
      if (rest.length > 0) this.#ghosts.set(version.key, rest);
      else this.#ghosts.delete(version.key);
      this.#tidy(version.key);
    }
  }

  #tidy(key: string): void {
    if (!this.#stacks.has(key) && !this.#ghosts.has(key)) this.#keys.remove(key);
  }
}

export interface BucketView {
  /** Keys in UTF-8 order from the first one for which `reached` holds (it must hold for every later key too). */
  readonly keysFrom: (reached: (key: string) => boolean) => Iterable<string>;
  /** Newest first; empty for a key that is not listed (yet, or any more). */
  readonly versionsOf: (key: string) => Iterable<Version>;
  /**
   * The place of a version ID in the stack of a key, as a time in microseconds, even if that version was removed.
   * Undefined when the text is no version ID. An unknown `null` is above all others, because listing a version twice is
   * better than a gap.
   */
  readonly timeOf: (key: string, versionId: string) => number | undefined;
}

function* newestFirst(slots: readonly Slot[]): Iterable<Version> {
  for (let i = slots.length - 1; i >= 0; i--) {
    const slot = slots[i];
    if (slot !== undefined) yield slot.version;
  }
}
