import { lastModified } from '../../cos/index.ts';
import type { Core, Version } from '../../cos/index.ts';
import type { Pairs } from './answers.ts';
import { encryptionHeaders } from './encryption.ts';
import { httpDate } from './times.ts';

/** Everything that HEAD and GET say about a version, its length aside. */
export function readHeaders(core: Core, bucket: string, region: string, version: Version, now: number): Pairs {
  const { attributes, blob } = version;
  return [
    ...Object.entries(attributes.headers),
    ...Object.entries(attributes.meta).map(([name, value]) => [`x-cos-meta-${name}`, value] as const),
    ['Accept-Ranges', 'bytes'],
    ['ETag', version.etag],
    ['Last-Modified', httpDate(lastModified(version))],
    ...(blob === undefined ? [] : [['x-cos-hash-crc64ecma', blob.crc64] as const]),
    // Only a bucket that has or had versioning names versions; what it held before is then `null`.
    ...(core.getVersioning(bucket, region) === undefined ? [] : [['x-cos-version-id', version.versionId] as const]),
    ...(attributes.storageClass === 'STANDARD' ? [] : [['x-cos-storage-class', attributes.storageClass] as const]),
    ...restoreHeader(version, now),
    ...encryptionHeaders(attributes.encryption),
  ];
}

function restoreHeader({ restoredUntil }: Version, now: number): Pairs {
  if (restoredUntil === undefined || restoredUntil <= now) return [];
  return [['x-cos-restore', `ongoing-request="false", expiry-date="${httpDate(restoredUntil)}"`]];
}

/** Of an answer to PUT Object and copy: a suspended bucket names no version, its `null` goes without saying. */
export function writtenVersion(core: Core, bucket: string, region: string, version: Version): string | undefined {
  return core.getVersioning(bucket, region) === 'Enabled' ? version.versionId : undefined;
}

export function versionIdHeader(versionId: string | undefined): Pairs {
  return versionId === undefined ? [] : [['x-cos-version-id', versionId]];
}
