import type { Place } from '../../shared/cos/index.ts';
import type { BlobStore, Core } from '../cloud/cos/index.ts';
import { plain } from './core-cos.ts';
import type { Scheduler } from './scheduler.ts';

/** How often users do what, as weights, and how many things in all. */
export interface Habits {
  readonly deeds: number;
  readonly keys: number;
  /** Mean ms between two deeds. */
  readonly pace: number;
  readonly put: number;
  /** The same bytes as the key's last upload. */
  readonly putSame: number;
  readonly multipart: number;
  readonly remove: number;
  readonly removeVersion: number;
  readonly undelete: number;
  /** Turns versioning off for a while. */
  readonly suspend: number;
  readonly foreignPut: number;
  readonly foreignCopy: number;
  readonly foreignDelete: number;
  /** Lifecycle at the destination: an older version goes. */
  readonly expire: number;
}

/** Users who do nothing; to be filled in. */
export const NO_HABITS: Habits = {
  deeds: 0,
  keys: 1,
  pace: 20,
  put: 0,
  putSame: 0,
  multipart: 0,
  remove: 0,
  removeVersion: 0,
  undelete: 0,
  suspend: 0,
  foreignPut: 0,
  foreignCopy: 0,
  foreignDelete: 0,
  expire: 0,
};

export interface UsersOptions {
  readonly core: Core;
  readonly blobs: BlobStore;
  readonly scheduler: Scheduler;
  readonly random: () => number;
  readonly habits: Habits;
  readonly note: (line: string) => void;
  /** Whether any function is running. */
  readonly busy: () => boolean;
  readonly source: Place;
  readonly destination: Place;
}

/** ms, see below. */
const AGED_MS = 20 * 60_000;

type DeedName = Exclude<keyof Habits, 'deeds' | 'keys' | 'pace'>;

/** Everybody who writes to the two buckets beside the functions. */
export class Users {
  readonly #o: UsersOptions;
  #left: number;
  #open = 0;
  #text = 0;
  readonly #lastText = new Map<string, string>();
  lastDeed = 0;
  /** Keys where somebody else wrote at the destination. */
  readonly foreign = new Set<string>();
  /** Destination version IDs that somebody else removed. */
  readonly expired = new Set<string>();
  /** Destination version IDs that somebody copied onto their own key. */
  readonly copied = new Set<string>();
  /** Keys where a version or marker was deleted by ID at the source. */
  readonly pruned = new Set<string>();
  /** Keys written while versioning was suspended. */
  readonly suspended = new Set<string>();

  constructor(options: UsersOptions) {
    this.#o = options;
    this.#left = options.habits.deeds;
  }

  get done(): boolean {
    return this.#left === 0 && this.#open === 0;
  }

  begin(): void {
    const { scheduler, random, habits } = this.#o;
    // Bursts: half the pauses are almost nothing.
    const pause = random() < 0.5 ? random() * 50 : -Math.log(1 - random()) * habits.pace;
    scheduler.after(pause, () => {
      this.#left -= 1;
      this.lastDeed = scheduler.now;
      this.#do(this.#choose());
      if (this.#left > 0) this.begin();
    });
  }

  #choose(): DeedName {
    const { habits, random } = this.#o;
    const { deeds: _deeds, keys: _keys, pace: _pace, ...weights } = habits;
    let dice = random() * Object.values(weights).reduce((a, b) => a + b, 0);
    for (const [name, weight] of Object.entries(weights)) {
      dice -= weight;
      if (dice < 0) return name as DeedName;
    }
    return 'put';
  }

  #key(): string {
    const { habits, random } = this.#o;
    return ['a', 'a/b', 'b', 'c d+%', '/x', 'a/b/c'][Math.floor(random() * habits.keys)] ?? 'a';
  }

  #blob(key: string, same: boolean) {
    const text = same ? (this.#lastText.get(key) ?? 'first') : `text ${(this.#text += 1)}`;
    this.#lastText.set(key, text);
    return this.#o.blobs.fromBytes(new TextEncoder().encode(text));
  }

  #do(deed: DeedName): void {
    const { core, source, destination, random, note, scheduler } = this.#o;
    const key = this.#key();
    const request = { requestId: `user-${this.#left}` };
    const versions = (place: Place) =>
      core.listVersions(place.bucket, place.region, { prefix: key }).entries.filter((version) => version.key === key);
    const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
    const write = (): void => {
      if (core.getVersioning(source.bucket, source.region) === 'Suspended') this.suspended.add(key);
    };
    switch (deed) {
      case 'put':
      case 'putSame': {
        write();
        const blob = this.#blob(key, deed === 'putSame');
        const attributes = plain({ meta: { n: String(this.#left) } });
        const made = core.putObject(source.bucket, source.region, key, blob, attributes, request);
        return note(`user put ${key} as ${made.versionId}`);
      }
      case 'multipart': {
        const uploadId = core.initiateMultipart(source.bucket, source.region, key, plain(), request);
        const blob = this.#blob(key, false);
        const etag = core.uploadPart(source.bucket, source.region, key, { uploadId, partNumber: 1, blob });
        this.#open += 1;
        scheduler.after(random() * 60_000, () => {
          this.#open -= 1;
          this.lastDeed = scheduler.now;
          write();
          const upload = { uploadId, parts: [{ partNumber: 1, etag }] };
          const made = core.completeMultipart(source.bucket, source.region, key, upload, request);
          note(`user completed ${key} as ${made.versionId}`);
        });
        return note(`user began a multipart upload of ${key}`);
      }
      case 'remove': {
        write();
        const { versionId } = core.deleteObject(source.bucket, source.region, key, undefined, request);
        return note(`user deleted ${key}, marker ${versionId}`);
      }
      case 'removeVersion': {
        const version = pick(versions(source));
        if (version === undefined) return;
        this.pruned.add(key);
        core.deleteObject(source.bucket, source.region, key, version.versionId, request);
        return note(`user removed version ${version.versionId} of ${key}`);
      }
      case 'undelete': {
        const marker = versions(source).find((version) => version.isLatest && version.deleteMarker);
        if (marker === undefined) return;
        this.pruned.add(key);
        core.deleteObject(source.bucket, source.region, key, marker.versionId, request);
        return note(`user undeleted ${key}`);
      }
      case 'suspend': {
        core.putVersioning(source.bucket, source.region, 'Suspended');
        scheduler.after(random() * 5_000, () => core.putVersioning(source.bucket, source.region, 'Enabled'));
        return note('user suspended versioning');
      }
      case 'foreignPut': {
        this.foreign.add(key);
        const made = core.putObject(
          destination.bucket,
          destination.region,
          key,
          this.#blob('', false),
          plain(),
          request,
        );
        return note(`somebody put ${key} at the destination as ${made.versionId}`);
      }
      case 'foreignCopy': {
        // A copy made in the very moment in which a run removes its original cannot be told from ours: a known limit.
        if (this.#o.busy()) return;
        const from = pick(versions(destination).filter((version) => !version.deleteMarker));
        if (from === undefined) return;
        this.foreign.add(key);
        this.copied.add(from.versionId);
        const attributes = { replaceMetadata: true, replaceTags: false, attributes: from.attributes };
        const place = { ...destination, key, versionId: from.versionId };
        const { version } = core.copyObject(destination.bucket, destination.region, key, place, attributes, request);
        return note(`somebody copied ${key} ${from.versionId} onto itself as ${version.versionId}`);
      }
      case 'foreignDelete': {
        this.foreign.add(key);
        const { versionId } = core.deleteObject(destination.bucket, destination.region, key, undefined, request);
        return note(`somebody deleted ${key} at the destination, marker ${versionId}`);
      }
      case 'expire': {
        // A user's copy of a replica is told from it by its age; lifecycle rules wait for a day and more.
        const aged = (scheduler.now - AGED_MS) * 1000;
        const old = pick(versions(destination).filter((version) => !version.isLatest && version.time < aged));
        if (old === undefined) return;
        this.expired.add(old.versionId);
        core.deleteObject(destination.bucket, destination.region, key, old.versionId, request);
        return note(`lifecycle removed ${key} ${old.versionId} at the destination`);
      }
    }
  }
}
