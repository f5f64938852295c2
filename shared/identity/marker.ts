import type { Hash } from '../signing/index.ts';
import { formatPlace, type ObjectHead, type Place } from '../cos/index.ts';
import type { Marker } from './types.ts';
import { refOf, refOfId } from './version.ts';

/** Names without `x-cos-meta-`. They are part of the public contract: restores and audits read them. */
const SOURCE = 'replication-source';
const TIME = 'replication-time';
const BASE = 'replication-base';
const CRC64 = 'replication-crc64';
const ID = 'replication-id';
/** Only of `null` versions, whose ID does not tell one from the next. */
const ETAG = 'replication-etag';
const NAMES: readonly string[] = [SOURCE, TIME, BASE, CRC64, ID, ETAG];
/** COS drops or refuses empty values, so "none" has a sign. */
const NONE = '-';

/** Ties a marker to one place, so that a copy of a replica under another name is an ordinary object. */
export const digestOf = (place: Place, key: string, hash: Hash): string =>
  hash.sha256(`${formatPlace(place)}/${key}`).slice(0, 16);

/**
 * ms after its beginning by which an attempt of one request has written its replica or never will: a request's signature
 * lives a minute, a server-side copy is cut off after fifteen. What bears its ID and is younger is a user's copy.
 */
export const LANDING_MS = 16 * 60_000;
/** The same of an attempt in parts, which runs take turns at: a day, and time for its bytes at this many a second. */
const PARTS_LANDING_MS = 24 * 3_600_000;
const SLOWEST = 4 * 2 ** 20;

/**
 * How late, in ms after its beginning, an attempt may still have written a replica of `size` bytes. An attempt in parts
 * says so in its ID, or its replica would be disowned; and it is begun anew rather than completed after that time.
 */
export const landingMs = (inParts: boolean | undefined, size: number): number =>
  inParts ? PARTS_LANDING_MS + (size / SLOWEST) * 1000 : LANDING_MS;

/** Whether a version can be what its attempt wrote, and not a user's later copy of it. */
export const landedInTime = (head: ObjectHead, marker: Marker): boolean =>
  head.lastModified - marker.attempted <= landingMs(marker.inParts, head.size);

type Attempt = Pick<Marker, 'id' | 'attempted' | 'named' | 'inParts'>;

/**
 * One copy attempt: when it began by the destination's clock, what makes it unique, and where it belongs. `v` and, in
 * parts, `p`: a version was named or the listings were read; `w`, `q`: an event without a version ID led here.
 */
export function attemptId(attempted: number, named: boolean, unique: string, digest: string, inParts = false): string {
  const kind = inParts ? (named ? 'p' : 'q') : named ? 'v' : 'w';
  return `${Math.floor(attempted / 1000)}-${kind}${unique}-${digest}`;
}

/** What an attempt ID says; undefined when it is not one. */
export function attemptOf(id: string): Attempt | undefined {
  const [, seconds, kind] = /^(\d{1,12})-([vwpq])[A-Za-z0-9]+-[0-9a-f]{16}$/.exec(id) ?? [];
  if (seconds === undefined || kind === undefined) return undefined;
  return {
    id,
    attempted: Number(seconds) * 1000,
    named: kind === 'v' || kind === 'p',
    ...(kind === 'p' || kind === 'q' ? { inParts: true } : {}),
  };
}

/** User metadata of the replica: the object's own, less the marker of an earlier life, plus the new marker. */
export function writeMarker(own: Readonly<Record<string, string>>, marker: Marker): Record<string, string> {
  const meta: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) if (!NAMES.includes(name)) meta[name] = value;
  const [versionId, , etag] = marker.ref.id.startsWith('null/') ? marker.ref.id.split('/') : [marker.ref.id];
  meta[SOURCE] = `${marker.source.region}/${marker.source.bucket}/${versionId}`;
  if (etag !== undefined) meta[ETAG] = etag;
  meta[TIME] = String(Math.floor(marker.ref.time / 1000));
  meta[BASE] = marker.base?.id ?? NONE;
  meta[CRC64] = marker.crc64 ?? NONE;
  meta[ID] = marker.id;
  return meta;
}

/** Undefined when there is no marker or it is not one that this service writes. */
export function readMarker(meta: Readonly<Record<string, string>>): Marker | undefined {
  const source = /^([a-z0-9-]+)\/([a-z0-9-]+)\/([A-Za-z0-9+/=_-]+)$/.exec(meta[SOURCE] ?? '');
  const time = Number(/^\d{1,15}$/.exec(meta[TIME] ?? '')?.[0] ?? Number.NaN);
  const attempt = attemptOf(meta[ID] ?? '');
  const crc64 = meta[CRC64] ?? '';
  const [, region, bucket, versionId] = source ?? [];
  if (!region || !bucket || !versionId || Number.isNaN(time) || !attempt || !/^(\d{1,20}|-)$/.test(crc64))
    return undefined;
  return {
    source: { region, bucket },
    ref: refOf(versionId, time, meta[ETAG] ?? ''),
    base: meta[BASE] === undefined || meta[BASE] === NONE ? undefined : refOfId(meta[BASE]),
    crc64: crc64 === NONE ? undefined : crc64,
    ...attempt,
  };
}

/** Whether this object says that we made it at this very place. It may still be a user's copy of such an object. */
export function claimOf(head: ObjectHead, digest: string): Marker | undefined {
  const marker = readMarker(head.meta);
  return marker?.id.endsWith(`-${digest}`) ? marker : undefined;
}

/** Bytes are proven by the replica's own CRC64; where the source had none there is nothing to compare. */
export const isIntact = (head: ObjectHead, marker: Marker): boolean =>
  marker.crc64 === undefined || head.crc64 === marker.crc64;

/** Size of user metadata as COS counts it in the cautious reading: names with their prefix, and values. */
export function metadataBytes(meta: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(meta)) bytes += 'x-cos-meta-'.length + name.length + value.length;
  return bytes;
}
