import { lastModified } from '../../cos/index.ts';
import type { CopySource, Version } from '../../cos/index.ts';
import type { CloudResponse } from '../../types.ts';
import { chunkedXml, el } from './answers.ts';
import type { Pairs } from './answers.ts';
import { attributesFrom } from './attributes.ts';
import { numberOf } from './call.ts';
import type { CosCall } from './call.ts';
import { demandSource } from './copy-source.ts';
import { demandUploadKey, encryptionHeaders } from './encryption.ts';
import { failures } from './failures.ts';
import { forbidsOverwrite } from './objects.ts';
import { isoSeconds } from './times.ts';
import { versionIdHeader, writtenVersion } from './version-headers.ts';

export const LAST_PART_NUMBER = 10_000;

export async function copyObject(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, key } = call;
  const attributes = attributesFrom(call.headers, key);
  const source = demandSource(call);
  const { version, source: copied } = core.copyObject(
    bucket,
    region,
    key,
    source,
    {
      replaceMetadata: replaces(call, 'x-cos-metadata-directive'),
      replaceTags: replaces(call, 'x-cos-tagging-directive'),
      attributes,
    },
    { requestId: call.requestId, forbidOverwrite: forbidsOverwrite(call) },
  );
  const versionId = writtenVersion(core, bucket, region, version);
  return chunkedXml(
    el('CopyObjectResult', [
      el('ETag', version.etag),
      version.blob && el('CRC64', version.blob.crc64),
      el('LastModified', isoSeconds(lastModified(version))),
      versionId === undefined ? undefined : el('VersionId', versionId),
    ]),
    [
      ...versionIdHeader(versionId),
      ...sourceVersionHeader(call, source, copied),
      ...(version.blob ? [['x-cos-hash-crc64ecma', version.blob.crc64] as const] : []),
      ...encryptionHeaders(version.attributes.encryption),
    ],
  );
}

function replaces(call: CosCall, header: string): boolean {
  const value = call.headers.get(header) ?? 'Copy';
  if (/^copy$/i.test(value)) return false;
  if (/^replaced?$/i.test(value)) return true;
  throw failures.invalidArgument(`${header} is neither Copy nor Replaced.`);
}

export async function uploadPartCopy(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, key } = call;
  const source = demandSource(call);
  const range = partRange(call.headers.get('x-cos-copy-source-range'));
  const uploadId = call.query.get('uploadId') ?? '';
  demandUploadKey(call, uploadId);
  const part = core.uploadPartCopy(bucket, region, key, {
    uploadId,
    partNumber: partNumberOf(call),
    source,
    ...(range === undefined ? {} : { range }),
  });
  return chunkedXml(
    el('CopyPartResult', [el('ETag', part.etag), el('LastModified', isoSeconds(part.lastModified))]),
    sourceVersionHeader(call, source, part.source),
  );
}

/** The core decides whether the range lies inside the source: only it has the very version that is copied. */
function partRange(text: string | undefined): readonly [number, number] | undefined {
  // Some SDKs always send the header, empty for the whole source.
  if (text === undefined || text.trim() === '') return undefined;
  const match = /^bytes=(\d+)-(\d+)$/.exec(text.trim());
  const [start, end] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || start > end) throw failures.invalidRange();
  return [start, end];
}

export function partNumberOf(call: CosCall): number {
  const partNumber = numberOf(call.query, 'partNumber', { min: 1, max: LAST_PART_NUMBER });
  if (partNumber === undefined) throw failures.invalidArgument('partNumber is missing.');
  return partNumber;
}

function sourceVersionHeader(call: CosCall, source: CopySource, version: Version): Pairs {
  if (call.core.getVersioning(source.bucket, source.region) === undefined) return [];
  return [['x-cos-copy-source-version-id', version.versionId]];
}
