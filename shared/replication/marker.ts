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
 * One copy attempt: when it began by the destination's clock, what makes it unique, and where it belongs. `v`: a version
 * was named or the listings were read; `w`: an event without a version ID led here.
 */
export const attemptId = (attempted: number, named: boolean, unique: string, digest: string): string =>
  `${Math.floor(attempted / 1000)}-${named ? 'v' : 'w'}${unique}-${digest}`;

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
  const id = /^(\d{1,12})-([vw])[A-Za-z0-9]+-[0-9a-f]{16}$/.exec(meta[ID] ?? '');
  const crc64 = meta[CRC64] ?? '';
  const [, region, bucket, versionId] = source ?? [];
  if (!region || !bucket || !versionId || Number.isNaN(time) || !id || !/^(\d{1,20}|-)$/.test(crc64)) return undefined;
  return {
    source: { region, bucket },
    ref: refOf(versionId, time, meta[ETAG] ?? ''),
    base: meta[BASE] === undefined || meta[BASE] === NONE ? undefined : refOfId(meta[BASE]),
    crc64: crc64 === NONE ? undefined : crc64,
    id: id[0],
    attempted: Number(id[1]) * 1000,
    named: id[2] === 'v',
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
