import { lastModified } from '../../cos/index.ts';
import type { Core, Version } from '../../cos/index.ts';
import type { Pairs } from './answers.ts';
import { encryptionHeaders } from './encryption.ts';
import { lockHeaders } from './settings/object-lock.ts';
import { httpDate } from './times.ts';

/** Kept in lower case; some SDKs look headers up by the names that COS prints. */
const SPELLING: Readonly<Record<string, string>> = {
  'content-type': 'Content-Type',
  'cache-control': 'Cache-Control',
  'content-disposition': 'Content-Disposition',
  'content-encoding': 'Content-Encoding',
  'content-language': 'Content-Language',
  expires: 'Expires',
};

/** All headers of a version in HEAD and GET, except its length. */
export function readHeaders(core: Core, bucket: string, region: string, version: Version, now: number): Pairs {
  const { attributes, blob } = version;
  const { tags, encryption, lockedUntil } = attributes;
  // Added one by one: this is part of every HEAD, and spreading lists into one another costs more than all the rest.
  const headers: (readonly [string, string])[] = [];
  for (const name of Object.keys(attributes.headers)) {
    headers.push([SPELLING[name] ?? name, attributes.headers[name] ?? '']);
  }
  for (const name of Object.keys(attributes.meta)) headers.push([`x-cos-meta-${name}`, attributes.meta[name] ?? '']);
  headers.push(['Accept-Ranges', 'bytes'], ['ETag', version.etag], ['Last-Modified', httpDate(lastModified(version))]);
  if (blob !== undefined) headers.push(['x-cos-hash-crc64ecma', blob.crc64]);
  // Only a bucket that has or had versioning names versions. The ID of its earlier objects is then `null`.
  if (core.getVersioning(bucket, region) !== undefined) headers.push(['x-cos-version-id', version.versionId]);
  if (tags.length > 0) headers.push(['x-cos-tagging-count', String(tags.length)]);
  headers.push(...storageClassHeader(version), ...restoreHeader(version, now));
  if (encryption !== undefined) headers.push(...encryptionHeaders(encryption));
  if (lockedUntil !== undefined) headers.push(...lockHeaders(lockedUntil));
  headers.push(['x-cos-object-type', version.appendable === true ? 'appendable' : 'normal']);
  return headers;
}

function restoreHeader({ restoredUntil }: Version, now: number): Pairs {
  if (restoredUntil === undefined || restoredUntil <= now) return [];
  return [['x-cos-restore', `ongoing-request="false", expiry-date="${httpDate(restoredUntil)}"`]];
}

/** STANDARD is not named. */
export function storageClassHeader({ attributes: { storageClass } }: Version): Pairs {
  return storageClass === 'STANDARD' ? [] : [['x-cos-storage-class', storageClass]];
}

/** For an answer to PUT Object and copy: a suspended bucket names no version, because `null` is understood. */
export function writtenVersion(core: Core, bucket: string, region: string, version: Version): string | undefined {
  return core.getVersioning(bucket, region) === 'Enabled' ? version.versionId : undefined;
}

export function versionIdHeader(versionId: string | undefined): Pairs {
  // A caller may name anything. A text that no header can hold is not echoed.
  return versionId === undefined || !/^[\x21-\x7e]+$/.test(versionId) ? [] : [['x-cos-version-id', versionId]];
}
