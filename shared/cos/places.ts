import { object, text, type Reader } from '../shape/index.ts';
import { ServiceError } from '../errors/index.ts';
import type { Place } from './types.ts';

/**
 * `<name>-<appid>`: lower-case letters, digits and hyphens, no hyphen at either end of the name. An appid has 8 digits
 * (accounts of the first years) to 12.
 */
const BUCKET = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-[1-9][0-9]{7,11}$/;
/** A pattern and not a list, because regions are added: `ap-guangzhou`, `ap-beijing-1`, `ap-shenzhen-fsi`. */
const REGION = /^[a-z]{2}-[a-z]{2,20}(?:-[a-z0-9]{1,8})?$/;
const HOST = /^([^.]+)\.cos\.([^.]+)\.(?:myqcloud\.com|tencentcos\.cn)$/;
/**
 * The longest label of a host name. COS's console stops at a domain of 60 characters, but buckets with longer names
 * exist.
 */
const LONGEST_BUCKET = 63;

/** Whether the text has the form `<name>-<appid>`. Says nothing about whether the bucket exists. */
export function isBucketName(text: string): boolean {
  return text.length <= LONGEST_BUCKET && BUCKET.test(text);
}

/** Whether the text has the form of a COS region (`ap-guangzhou`). */
export function isRegion(text: string): boolean {
  return REGION.test(text);
}

/** The digits after the last hyphen of a bucket name. */
export function appidOf(bucket: string): string {
  return bucket.slice(bucket.lastIndexOf('-') + 1);
}

/** Throws `ServiceError` `InvalidBucketName` or `InvalidRegionName` (400). */
export function checkPlace(place: Place): Place {
  if (!isBucketName(place.bucket)) {
    throw refusal('InvalidBucketName', `${quote(place.bucket)} is not a bucket name of the form <name>-<appid>`);
  }
  if (!isRegion(place.region)) {
    throw refusal('InvalidRegionName', `${quote(place.region)} is not a region such as ap-guangzhou`);
  }
  return place;
}

/** Reads `bucket-appid@region`. Throws like `checkPlace`. */
export function parsePlace(text: string): Place {
  const at = text.indexOf('@');
  if (at < 0) {
    throw refusal('InvalidArgument', `${quote(text)} is not of the form <bucket>-<appid>@<region>`);
  }
  return checkPlace({ bucket: text.slice(0, at), region: text.slice(at + 1) });
}

/** `bucket-appid@region` */
export function formatPlace(place: Place): string {
  return `${place.bucket}@${place.region}`;
}

export function samePlace(a: Place, b: Place): boolean {
  return a.bucket === b.bucket && a.region === b.region;
}

/** Each place once, in the order of first occurrence. */
export const distinctPlaces = (places: readonly Place[]): Place[] =>
  places.filter((place, i) => places.findIndex((other) => samePlace(place, other)) === i);

/**
 * The bucket's own host. The place is checked again here, because requests with our credentials go to this host, and no
 * input may choose another one. Throws like `checkPlace`.
 */
export function hostOf(place: Place): string {
  return joinHost(checkPlace(place));
}

/** The bucket that a host of COS names, in either domain; undefined for any other host. */
export function placeOfHost(host: string): Place | undefined {
  const [, bucket, region] = HOST.exec(host) ?? [];
  return bucket !== undefined && region !== undefined && isBucketName(bucket) && isRegion(region)
    ? { bucket, region }
    : undefined;
}

function joinHost({ bucket, region }: Place): string {
  return `${bucket}.cos.${region}.myqcloud.com`;
}

function refusal(code: string, message: string): ServiceError {
  return new ServiceError(message, { code, status: 400 });
}

/** Input may be long or hold control characters; the message must stay one readable line. */
function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

/** Reads a place from our own JSON. Throws `TypeError`. */
export const readPlace: Reader<Place> = object<Place>({ bucket: text(isBucketName), region: text(isRegion) });
