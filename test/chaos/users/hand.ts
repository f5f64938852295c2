import { ALL_USERS, type Grant, type Place } from '../../../shared/cos/index.ts';
import type { Attributes, Blob, BlobStore, Core, Version } from '../../cloud/cos/index.ts';
import { aclOf, plain } from '../../deployment/core-attributes.ts';
import { pick, type Deed } from '../deeds.ts';
import { at, type Diary } from '../diary.ts';
import type { Scheduler } from '../scheduler.ts';

export interface UsersOptions {
  readonly core: Core;
  readonly blobs: BlobStore;
  readonly scheduler: Scheduler;
  readonly deeds: readonly Deed[];
  readonly diary: Diary;
  readonly note: (line: string) => void;
  readonly changeRules: (deed: Deed) => Promise<void>;
  /** Whether some objects are of several megabytes. */
  readonly large: boolean;
  /** Whether some objects are encrypted. */
  readonly encrypting: boolean;
  /** Whether some objects have rights of their own. */
  readonly granting: boolean;
  /** Whether some objects are under a KMS key. */
  readonly kms: boolean;
}

export const TAG = ['keep', 'yes'] as const;
/** Of an object under a customer's key. */
export const SEALED: Attributes['encryption'] = { algorithm: 'SSE-C', customerKeyMd5: 'S2V5IG9mIGEgdXNlcg==' };
/** Of objects: none, a guest's, everyone's, and both with two rights of one guest. */
export const RIGHTS: readonly (readonly Grant[])[] = [
  [],
  [{ permission: 'READ', grantee: 'qcs::cam::uin/100000000007:uin/100000000007' }],
  [{ permission: 'READ', grantee: ALL_USERS }],
  [
    { permission: 'READ', grantee: ALL_USERS },
    { permission: 'FULL_CONTROL', grantee: 'qcs::cam::uin/100000000007:uin/100000000007' },
    { permission: 'READ_ACP', grantee: 'qcs::cam::uin/100000000008:uin/100000000008' },
  ],
];
const MEGABYTE = 2 ** 20;

/** One deed at its moment. */
export interface Act {
  readonly deed: Deed;
  readonly place: Place;
  readonly key: string;
  readonly random: () => number;
  readonly request: { readonly requestId: string };
}

/** Acts by name. Each returns the line for the log of the world, or nothing when there was nothing to do. */
export type Acts<Name extends string> = Readonly<Record<Name, (hand: Hand, act: Act) => string | undefined>>;

/** Writes of users to the buckets, and their record for the judge. */
export class Hand {
  readonly world: UsersOptions;
  readonly #lastText = new Map<string, string>();

  constructor(options: UsersOptions) {
    this.world = options;
  }

  /** `special`: attributes of the object beside those of every upload. */
  put(act: Act, blob: Blob, special: Partial<Attributes> = {}): Version {
    const { place, key, request } = act;
    this.write(place, key);
    const attributes = { ...this.attributes(act), ...special };
    return this.world.core.putObject(place.bucket, place.region, key, blob, attributes, request);
  }

  copyOntoItself({ place, key, random, request }: Act): string | undefined {
    const from = pick(
      this.versions(place, key).filter((version) => !version.deleteMarker),
      random(),
    );
    if (from === undefined) return undefined;
    this.write(place, key);
    const attributes = { replaceMetadata: true, replaceTags: false, attributes: from.attributes };
    const customerKeyMd5 = from.attributes.encryption?.customerKeyMd5;
    const opening = customerKeyMd5 === undefined ? {} : { customerKeyMd5 };
    const source = { ...place, key, versionId: from.versionId, ...opening };
    const { version } = this.world.core.copyObject(place.bucket, place.region, key, source, attributes, request);
    this.world.diary.copies.set(version.versionId, from.versionId);
    return `copied ${key} ${from.versionId} onto itself as ${version.versionId}`;
  }

  /** Newest first. */
  versions(place: Place, key: string) {
    const { entries } = this.world.core.listVersions(place.bucket, place.region, { prefix: key });
    return entries.filter((version) => version.key === key);
  }

  /** A version there was removed by its ID. */
  prune(place: Place, key: string): void {
    this.world.diary.pruned.add(at(place, key));
    this.world.diary.touched.set(at(place, key), this.world.scheduler.now);
  }

  /** A version is written there at this moment. */
  write(place: Place, key: string): void {
    this.world.diary.touched.set(at(place, key), this.world.scheduler.now);
    if (this.world.core.getVersioning(place.bucket, place.region) === 'Suspended') {
      this.world.diary.suspended.add(at(place, key));
    }
  }

  /** Made from the dice of the deed. */
  attributes({ deed }: Act) {
    const { dice } = deed;
    const acl = this.world.granting ? { acl: aclOf(RIGHTS[Math.floor(dice / 7) % RIGHTS.length] ?? []) } : {};
    const encryption = this.#encryption(dice % 3);
    return plain({ meta: { n: String(dice) }, tags: dice % 2 === 0 ? [TAG] : [], encryption, ...acl });
  }

  #encryption(third: number): Attributes['encryption'] {
    if (this.world.encrypting && third === 0) return { algorithm: 'SM4' };
    return this.world.kms && third === 1 ? { algorithm: 'cos/kms', kmsKeyId: 'key-of-users' } : undefined;
  }

  /** `same`: the bytes of the key's last upload. */
  blob({ deed: { dice }, place, key }: Act, same: boolean): Blob {
    const text = same ? (this.#lastText.get(at(place, key)) ?? 'first') : `text ${dice}`;
    this.#lastText.set(at(place, key), text);
    const bytes = new TextEncoder().encode(text);
    const megabytes = this.world.large ? dice % 7 : 0;
    return megabytes === 0
      ? this.world.blobs.fromBytes(bytes)
      : this.world.blobs.repeat(bytes, megabytes * MEGABYTE + 5);
  }
}
