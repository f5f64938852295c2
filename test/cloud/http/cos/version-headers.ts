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

/** Everything that HEAD and GET say about a version, its length aside. */
export function readHeaders(core: Core, bucket: string, region: string, version: Version, now: number): Pairs {
  const { attributes, blob } = version;
  return [
    ...Object.entries(attributes.headers).map(([name, value]) => [SPELLING[name] ?? name, value] as const),
    ...Object.entries(attributes.meta).map(([name, value]) => [`x-cos-meta-${name}`, value] as const),
    ['Accept-Ranges', 'bytes'],
    ['ETag', version.etag],
    ['Last-Modified', httpDate(lastModified(version))],
    ...(blob === undefined ? [] : [['x-cos-hash-crc64ecma', blob.crc64] as const]),
    // Only a bucket that has or had versioning names versions; what it held before is then `null`.
    ...(core.getVersioning(bucket, region) === undefined ? [] : [['x-cos-version-id', version.versionId] as const]),
    ...(attributes.tags.length === 0 ? [] : [['x-cos-tagging-count', String(attributes.tags.length)] as const]),
    ...storageClassHeader(version),
    ...restoreHeader(version, now),
    ...encryptionHeaders(attributes.encryption),
    ...lockHeaders(attributes.lockedUntil),
    ['x-cos-object-type', version.appendable === true ? 'appendable' : 'normal'],
  ];
}

function restoreHeader({ restoredUntil }: Version, now: number): Pairs {
  if (restoredUntil === undefined || restoredUntil <= now) return [];
  return [['x-cos-restore', `ongoing-request="false", expiry-date="${httpDate(restoredUntil)}"`]];
}

/** STANDARD goes without saying. */
export function storageClassHeader({ attributes: { storageClass } }: Version): Pairs {
  return storageClass === 'STANDARD' ? [] : [['x-cos-storage-class', storageClass]];
}

/** Of an answer to PUT Object and copy: a suspended bucket names no version, its `null` goes without saying. */
export function writtenVersion(core: Core, bucket: string, region: string, version: Version): string | undefined {
  return core.getVersioning(bucket, region) === 'Enabled' ? version.versionId : undefined;
}

export function versionIdHeader(versionId: string | undefined): Pairs {
  // A caller may name anything; what no header can hold is not echoed.
  return versionId === undefined || !/^[\x21-\x7e]+$/.test(versionId) ? [] : [['x-cos-version-id', versionId]];
}
