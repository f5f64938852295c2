import type { ObjectHead, VersionEntry } from '../cos/index.ts';
import type { Ref } from './types.ts';

/** 2^64-1 in two halves of ten digits. A scan reads two IDs for each object, so they are parsed without `BigInt`. */
const [HIGH, LOW] = [1_844_674_407, 3_709_551_615];
const HALF = 10;
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SIX_BITS = Int8Array.from({ length: 128 }, (_, code) => BASE64.indexOf(String.fromCharCode(code)));
/** Length of twenty digits in base64. */
const ID = { length: 27, padded: 28 };

/**
 * Microseconds since 1970 from a COS version ID: unpadded base64 of the decimal text of 2^64-1 minus the time. COS does
 * not document it (observed in published IDs), so it is used only to break ties and to order versions that a listing no
 * longer shows.
 */
export function timeOfVersionId(versionId: string): number | undefined {
  const { length } = versionId;
  if (length !== ID.length && !(length === ID.padded && versionId.endsWith('='))) return undefined;
  let [high, low, digits] = [0, 0, 0];
  let [bits, held] = [0, 0];
  for (let i = 0; i < ID.length; i += 1) {
    const six = SIX_BITS[versionId.charCodeAt(i)] ?? -1;
    if (six < 0) return undefined;
    bits = ((bits << 6) | six) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const digit = ((bits >> held) & 0xff) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    if (digits < HALF) high = high * 10 + digit;
    else low = low * 10 + digit;
    digits += 1;
  }
  const micros = (HIGH - high) * 10 ** HALF + (LOW - low);
  return micros > 0 && micros < Number.MAX_SAFE_INTEGER ? micros : undefined;
}

/** `lastModified` in ms since 1970; `etag` with or without its quotes. */
export function refOf(versionId: string | undefined, lastModified: number, etag: string): Ref {
  if (isNull(versionId)) {
    return { id: `null/${lastModified}/${etag.replaceAll('"', '')}`, time: lastModified * 1000 };
  }
  return { id: versionId, time: timeOfVersionId(versionId) ?? lastModified * 1000 };
}

/** The inverse of `refOf`, for a reference that was written down earlier. */
export function refOfId(id: string): Ref {
  const lastModified = /^null\/(\d{1,15})\//.exec(id)?.[1];
  return { id, time: lastModified === undefined ? (timeOfVersionId(id) ?? 0) : Number(lastModified) * 1000 };
}

export const refOfEntry = (entry: VersionEntry): Ref => refOf(entry.versionId, entry.lastModified, entry.etag);
export const refOfHead = (head: ObjectHead): Ref => refOf(head.versionId, head.lastModified, head.etag);

/** The version ID in listings and requests of a version whose own answers name none: it was written without versioning. */
const NULL_ID = 'null';

/** The ID by which a listing names a version that an answer names, or does not name. */
export const listedId = (versionId: string | undefined): string => versionId ?? NULL_ID;

/** Whether the version was written without versioning. Its ID is used again, so it is pinned by its ETag. */
export const isNull = (versionId: string | undefined): versionId is undefined | '' | typeof NULL_ID =>
  versionId === undefined || versionId === '' || versionId === NULL_ID;

export const isNullRef = (ref: Ref): boolean => ref.id.startsWith('null/');
/** The name that COS gives the version: `null` or its ID. */
export const versionIdOf = (ref: Ref): string => (isNullRef(ref) ? NULL_ID : ref.id);
const precise = (ref: Ref): boolean => !isNullRef(ref) && timeOfVersionId(ref.id) !== undefined;

/** The latest time, in microseconds, that a reference can stand for: Last-Modified is rounded down to whole seconds. */
export const latestTime = (ref: Ref): number => (precise(ref) ? ref.time : ref.time + 999_999);

/** True only when `a` is certainly older than `b`. Two times in whole seconds leave it open when they are equal. */
export function surelyOlder(a: Ref, b: Ref): boolean {
  if (precise(a) && precise(b)) return a.time < b.time;
  return Math.floor(a.time / 1e6) < Math.floor(b.time / 1e6);
}

/**
 * The order of a key's versions: their position in the source's listing. A version that the listing no longer shows is
 * placed by its time. Returns a comparator, older first, whose time grows with the logarithm of the listing's length.
 */
export function orderBy(listed: readonly Ref[]): (a: Ref, b: Ref) => number {
  const index = new Map(listed.map((ref, i) => [ref.id, i]));
  // The latest time up to each position: the whole-second times of `null` versions may be out of order.
  const latest: number[] = [];
  const firstNull = new Map<number, number>();
  for (const [i, ref] of listed.entries()) {
    latest.push(Math.max(ref.time, latest[i - 1] ?? 0));
    if (isNullRef(ref) && !firstNull.has(ref.time)) firstNull.set(ref.time, i);
  }
  const unlisted = new Map<string, number>();
  const place = (ref: Ref): number => {
    const known = index.get(ref.id) ?? unlisted.get(ref.id);
    if (known !== undefined) return known;
    let [from, to] = [0, listed.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((latest[middle] as number) > ref.time) to = middle;
      else from = middle + 1;
    }
    // A missing `null` version was overwritten, perhaps in the same second, by the version that has the ID now.
    const above = isNullRef(ref) ? Math.min(from, firstNull.get(ref.time) ?? from) : from;
    unlisted.set(ref.id, above - 0.5);
    return above - 0.5;
  };
  return (a, b) => place(a) - place(b) || (a.id === b.id ? 0 : a.time - b.time || (a.id < b.id ? -1 : 1));
}
