import type { Place } from '../../shared/cos/index.ts';
import type { Blob, BlobStore, Core, Version } from '../cloud/cos/index.ts';
import { plain } from './core-cos.ts';
import { pick, RULE_DEEDS, type Deed, type DeedName } from './deeds.ts';
import { at, type Diary } from './diary.ts';
import { NO_LIFECYCLE, aging } from './aging.ts';
import { seeded, type Scheduler } from './scheduler.ts';

export interface UsersOptions {
  readonly core: Core;
  readonly blobs: BlobStore;
  readonly scheduler: Scheduler;
  readonly deeds: readonly Deed[];
  readonly diary: Diary;
  readonly note: (line: string) => void;
  /** Whether any function is running. */
  readonly busy: () => boolean;
  readonly changeRules: (deed: Deed) => Promise<void>;
  /** Whether some objects are of several megabytes. */
  readonly large: boolean;
  /** Whether some objects are encrypted. */
  readonly encrypting: boolean;
}

export const TAG = ['keep', 'yes'] as const;
const MEGABYTE = 2 ** 20;
/** ms, see below. */
const AGED_MS = 20 * 60_000;
const DAY = 86_400_000;

const MARKER = 'replication-marker';
const SOURCE = 'replication-source';

/** `genuine`: the metadata of a replica that is there. */
function forgedMeta(
  genuine: Readonly<Record<string, string>> | undefined,
  { crc64 }: Blob,
  random: () => number,
): Record<string, string> {
  const far = Buffer.from(String(2n ** 64n - 1n - BigInt(Date.UTC(2076, 0, 1)) * 1000n)).toString('base64url');
  const source = genuine?.[SOURCE] ?? `ap-guangzhou/source-1250000000/${far}`;
  const marker = genuine?.[MARKER] ?? `1;;;c1;1767225600-vx;;0a1b2c3d;${'A'.repeat(22)}`;
  // The checksum is that of these bytes: anybody can compute it.
  const fields = marker.split(';').with(3, `c${crc64}`);
  const changes = [
    // As it is, on other bytes.
    { [SOURCE]: source, [MARKER]: marker },
    { [SOURCE]: source, [MARKER]: fields.join(';') },
    { [SOURCE]: source.replace(/[^/]+$/, far), [MARKER]: fields.join(';') },
    // A newer attempt; none, and no bytes to be held against; nothing accounted for; another key.
    { [SOURCE]: source, [MARKER]: fields.with(4, `${1_767_225_600 + Math.floor(random() * 1e5)}-vz`).join(';') },
    { [SOURCE]: source, [MARKER]: fields.with(3, 's1').join(';') },
    { [SOURCE]: source, [MARKER]: fields.with(2, '').join(';') },
    { [SOURCE]: source, [MARKER]: fields.with(6, 'ffffffff').join(';') },
  ];
  return pick(changes, random()) ?? {};
}

interface Act {
  readonly deed: Deed;
  readonly place: Place;
  readonly key: string;
  readonly random: () => number;
  readonly request: { readonly requestId: string };
}

/** Everybody who writes to the buckets beside the functions, and changes rules. */
export class Users {
  readonly #o: UsersOptions;
  #left: number;
  readonly #lastText = new Map<string, string>();
  /** ms since 1970. */
  lastDeed = 0;

  constructor(options: UsersOptions) {
    this.#o = options;
    this.#left = options.deeds.length;
  }

  get done(): boolean {
    return this.#left === 0;
  }

  begin(): void {
    const { scheduler, deeds } = this.#o;
    for (const deed of deeds) scheduler.after(deed.at, () => void this.#begin(deed));
  }

  async #begin(deed: Deed): Promise<void> {
    this.lastDeed = this.#o.scheduler.now;
    const { site: place, key, dice, name } = deed;
    const act = { deed, place, key, random: seeded(dice), request: { requestId: `user-${dice}` } };
    if (name === 'multipart') return this.#upload(act);
    this.#left -= 1;
    if (isRuleDeed(name)) return this.#o.changeRules(deed);
    const said = this.#deeds[name](act);
    if (said !== undefined) this.#o.note(`user at ${place.bucket}: ${said}`);
  }

  readonly #deeds: Record<Exclude<DeedName, 'multipart' | RuleDeed>, (act: Act) => string | undefined> = {
    put: (act) => `put ${act.key} as ${this.#put(act, this.#blob(act, false)).versionId}`,
    putSame: (act) => `put ${act.key} as ${this.#put(act, this.#blob(act, true)).versionId}, the same bytes`,
    remove: ({ place, key, request }) => {
      this.#write(place, key);
      const { versionId = '' } = this.#o.core.deleteObject(place.bucket, place.region, key, undefined, request);
      this.#o.diary.deletions.push({ place, key, versionId, time: this.#o.scheduler.now });
      return `deleted ${key}, marker ${versionId}`;
    },
    removeVersion: ({ place, key, random, request }) => {
      const version = pick(this.#versions(place, key), random());
      if (version === undefined) return undefined;
      this.#prune(place, key);
      this.#o.diary.expired.add(version.versionId);
      this.#o.core.deleteObject(place.bucket, place.region, key, version.versionId, request);
      return `removed version ${version.versionId} of ${key}`;
    },
    undelete: ({ place, key, request }) => {
      const [marker, below] = this.#versions(place, key);
      if (marker?.deleteMarker !== true) return undefined;
      this.#prune(place, key);
      const { versionId } = marker;
      const stillHidden = below?.deleteMarker === true;
      this.#o.diary.undeletes.push({ place, key, versionId, time: this.#o.scheduler.now, stillHidden });
      this.#o.core.deleteObject(place.bucket, place.region, key, marker.versionId, request);
      return `undeleted ${key} by removing ${marker.versionId}`;
    },
    copyBack: (act) => this.#copyOntoItself(act),
    suspend: ({ place, random }) => {
      const { core, scheduler } = this.#o;
      core.putVersioning(place.bucket, place.region, 'Suspended');
      scheduler.after(random() * 5_000, () => core.putVersioning(place.bucket, place.region, 'Enabled'));
      return 'suspended versioning';
    },
    archivePut: (act) => {
      const attributes = { ...this.#attributes(act), storageClass: 'ARCHIVE' };
      this.#write(act.place, act.key);
      const { place, key, request } = act;
      const blob = this.#blob(act, false);
      const { versionId } = this.#o.core.putObject(place.bucket, place.region, key, blob, attributes, request);
      return `put ${key} into the archive as ${versionId}`;
    },
    restore: ({ place, key, random, request }) => {
      const archived = this.#versions(place, key).filter(
        ({ attributes, restoredUntil }) => attributes.storageClass === 'ARCHIVE' && restoredUntil === undefined,
      );
      const version = pick(archived, random());
      if (version === undefined) return undefined;
      this.#o.core.restoreObject(place.bucket, place.region, key, version.versionId, 30, request);
      return `restored ${key} ${version.versionId}`;
    },
    rewrite: (act) => {
      const { place, key, request } = act;
      const [top] = this.#versions(place, key);
      if (top === undefined || top.deleteMarker || this.#o.busy()) return undefined;
      this.#write(place, key);
      this.#o.diary.foreign.add(at(place, key));
      const blob = this.#blob(act, false);
      const { versionId } = this.#o.core.putObject(place.bucket, place.region, key, blob, top.attributes, request);
      this.#o.diary.copied.add(top.versionId);
      return `rewrote ${key} ${top.versionId} in place as ${versionId}`;
    },
    suspendThere: ({ place, random }) => {
      const { core, scheduler, diary } = this.#o;
      core.putVersioning(place.bucket, place.region, 'Suspended');
      diary.unversioned.set(place.bucket, scheduler.now);
      scheduler.after(random() * 300_000, () => {
        core.putVersioning(place.bucket, place.region, 'Enabled');
        diary.unversioned.delete(place.bucket);
      });
      return 'suspended versioning';
    },
    foreignPut: (act) => {
      this.#o.diary.foreign.add(at(act.place, act.key));
      return `put ${act.key} as ${this.#put(act, this.#blob(act, false)).versionId}`;
    },
    forge: (act) => this.#forge(act),
    foreignForge: (act) => {
      this.#o.diary.foreign.add(at(act.place, act.key));
      return this.#forge(act);
    },
    foreignCopy: (act) => {
      const said = this.#copyOntoItself(act);
      if (said !== undefined) this.#o.diary.foreign.add(at(act.place, act.key));
      return said;
    },
    foreignDelete: ({ place, key, request }) => {
      this.#o.diary.foreign.add(at(place, key));
      const { versionId } = this.#o.core.deleteObject(place.bucket, place.region, key, undefined, request);
      return `deleted ${key}, marker ${versionId}`;
    },
    foreignUpload: ({ place, key, request }) => {
      const uploadId = this.#o.core.initiateMultipart(place.bucket, place.region, key, plain(), request);
      this.#o.diary.uploads.push({ place, key, uploadId });
      return `began an upload of ${key} that will never end`;
    },
    expire: ({ place, key, random, request }) => {
      // A user's copy of a replica is told from it by its age; lifecycle rules wait for a day and more.
      const aged = (this.#o.scheduler.now - AGED_MS) * 1000;
      const old = this.#versions(place, key).filter((version) => !version.isLatest && version.time < aged);
      const version = pick(old, random());
      if (version === undefined) return undefined;
      this.#o.diary.expired.add(version.versionId);
      this.#o.core.deleteObject(place.bucket, place.region, key, version.versionId, request);
      return `lifecycle removed ${key} ${version.versionId}`;
    },
    age: (act) => this.#age(act, true),
    ageSource: (act) => this.#age(act, false),
    expireAll: ({ place, key, request }) => {
      const aged = (this.#o.scheduler.now - AGED_MS) * 1000;
      const all = this.#versions(place, key);
      const gone = all.filter(({ isLatest, deleteMarker, time }) => (!isLatest || deleteMarker) && time < aged);
      // A delete marker goes only when nothing is left below it.
      const kept = gone.length < all.length ? gone.filter(({ isLatest }) => isLatest) : [];
      const going = gone.filter((version) => !kept.includes(version));
      for (const { versionId } of going) {
        this.#o.diary.expired.add(versionId);
        this.#o.diary.swept.add(versionId);
        this.#o.core.deleteObject(place.bucket, place.region, key, versionId, request);
      }
      return going.length === 0 ? undefined : `lifecycle removed ${going.length} versions of ${key}`;
    },
  };

  /** `hiding`: the current versions expire too, which at a source would be a deletion that COS tells nobody of. */
  #age({ place, key }: Act, hiding: boolean): string | undefined {
    const { core, diary, scheduler } = this.#o;
    const { entries } = core.listVersions(place.bucket, place.region, { prefix: key });
    // A user's copy of a replica is told from it by its age; lifecycles wait for a day and more.
    if (entries.some(({ time }) => time > (scheduler.now - AGED_MS) * 1000)) return undefined;
    core.configureBucket(place.bucket, place.region, aging(key, hiding));
    const actions = core.runLifecycle({ ahead: 3 * DAY });
    core.configureBucket(place.bucket, place.region, NO_LIFECYCLE);
    for (const { action, key: its, versionId } of actions) {
      if (action === 'removed') {
        diary.expired.add(versionId);
        diary.swept.add(versionId);
      }
      if (!hiding) this.#prune(place, its);
      // From then on the destination is no image of the source.
      else if (action !== 'removed') diary.foreign.add(at(place, its));
    }
    return actions.length === 0
      ? undefined
      : `lifecycle: ${actions.map((one) => `${one.action} ${one.key} ${one.versionId}`).join(', ')}`;
  }

  #upload(act: Act): void {
    const { core, scheduler, note } = this.#o;
    const { place, key, request, random } = act;
    const uploadId = core.initiateMultipart(place.bucket, place.region, key, this.#attributes(act), request);
    const part = { uploadId, partNumber: 1, blob: this.#blob(act, false) };
    const etag = core.uploadPart(place.bucket, place.region, key, part);
    note(`user at ${place.bucket}: began a multipart upload of ${key}`);
    scheduler.after(random() * 60_000, () => {
      this.#left -= 1;
      this.lastDeed = scheduler.now;
      this.#write(place, key);
      const upload = { uploadId, parts: [{ partNumber: 1, etag }] };
      const made = core.completeMultipart(place.bucket, place.region, key, upload, request);
      note(`user at ${place.bucket}: completed ${key} as ${made.versionId}`);
    });
  }

  #put(act: Act, blob: Blob): Version {
    const { place, key, request } = act;
    this.#write(place, key);
    return this.#o.core.putObject(place.bucket, place.region, key, blob, this.#attributes(act), request);
  }

  /** Writes of a user who may read and write here, and knows all names, but has no marker key. */
  #forge(act: Act): string | undefined {
    // What is copied in the very moment in which a run removes its original cannot be told from ours: a known limit.
    if (this.#o.busy()) return undefined;
    const { place, key, random, request } = act;
    const marked = this.#versions(place, key).filter(({ attributes }) => attributes.meta[MARKER] !== undefined);
    const from = pick(marked, random());
    if (from !== undefined) this.#o.diary.copied.add(from.versionId);
    const attributes = this.#attributes(act);
    this.#write(place, key);
    const blob = this.#blob(act, false);
    const meta: Record<string, string> = { ...attributes.meta, ...forgedMeta(from?.attributes.meta, blob, random) };
    const made = this.#o.core.putObject(place.bucket, place.region, key, blob, { ...attributes, meta }, request);
    return `forged ${key} as ${made.versionId}: ${meta[MARKER]}`;
  }

  #copyOntoItself({ place, key, random, request }: Act): string | undefined {
    // A copy made in the very moment in which a run removes its original cannot be told from ours: a known limit.
    if (this.#o.busy()) return undefined;
    const from = pick(
      this.#versions(place, key).filter((version) => !version.deleteMarker),
      random(),
    );
    if (from === undefined) return undefined;
    this.#write(place, key);
    this.#o.diary.copied.add(from.versionId);
    const attributes = { replaceMetadata: true, replaceTags: false, attributes: from.attributes };
    const source = { ...place, key, versionId: from.versionId };
    const { version } = this.#o.core.copyObject(place.bucket, place.region, key, source, attributes, request);
    this.#o.diary.copies.set(version.versionId, from.versionId);
    return `copied ${key} ${from.versionId} onto itself as ${version.versionId}`;
  }

  #versions(place: Place, key: string) {
    const { entries } = this.#o.core.listVersions(place.bucket, place.region, { prefix: key });
    return entries.filter((version) => version.key === key);
  }

  #prune(place: Place, key: string): void {
    this.#o.diary.pruned.add(at(place, key));
    this.#o.diary.touched.set(at(place, key), this.#o.scheduler.now);
  }

  #write(place: Place, key: string): void {
    this.#o.diary.touched.set(at(place, key), this.#o.scheduler.now);
    if (this.#o.core.getVersioning(place.bucket, place.region) === 'Suspended') {
      this.#o.diary.suspended.add(at(place, key));
    }
  }

  #attributes({ deed }: Act) {
    const encryption = this.#o.encrypting && deed.dice % 3 === 0 ? ({ algorithm: 'SM4' } as const) : undefined;
    return plain({ meta: { n: String(deed.dice) }, tags: deed.dice % 2 === 0 ? [TAG] : [], encryption });
  }

  #blob({ deed: { dice }, place, key }: Act, same: boolean): Blob {
    const text = same ? (this.#lastText.get(at(place, key)) ?? 'first') : `text ${dice}`;
    this.#lastText.set(at(place, key), text);
    const bytes = new TextEncoder().encode(text);
    const megabytes = this.#o.large ? dice % 7 : 0;
    return megabytes === 0 ? this.#o.blobs.fromBytes(bytes) : this.#o.blobs.repeat(bytes, megabytes * MEGABYTE + 5);
  }
}

type RuleDeed = (typeof RULE_DEEDS)[number];
const isRuleDeed = (name: DeedName): name is RuleDeed => (RULE_DEEDS as readonly string[]).includes(name);
