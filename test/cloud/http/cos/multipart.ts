import { encode } from '../../../../shared/signing/index.ts';
import { children, textOf } from '../../../../shared/xml/index.ts';
import type { CloudResponse } from '../../types.ts';
import { chunkedXml, el, empty, xml } from './answers.ts';
import { ownerId } from './acl.ts';
import { attributesFrom } from './attributes.ts';
import { receiveBlob, receiveXml } from './body.ts';
import { numberOf } from './call.ts';
import type { CosCall } from './call.ts';
import { LAST_PART_NUMBER, partNumberOf } from './copy.ts';
import { demandUploadKey, encryptionHeaders } from './encryption.ts';
import { failures } from './failures.ts';
import { encoder, listingQuery } from './listing-query.ts';
import { forbidsOverwrite } from './objects.ts';
import { listingDate } from './times.ts';
import { storageClassHeader, versionIdHeader } from './version-headers.ts';

export async function initiateUpload(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, key, requestId } = call;
  const uploadId = core.initiateMultipart(bucket, region, key, attributesFrom(call.headers, key), {
    requestId,
    forbidOverwrite: forbidsOverwrite(call),
  });
  const encryption = core.getUploadEncryption(bucket, region, key, uploadId);
  return xml(
    el('InitiateMultipartUploadResult', [el('Bucket', bucket), el('Key', key), el('UploadId', uploadId)]),
    encryptionHeaders(encryption),
  );
}

export async function uploadPart(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, key } = call;
  const partNumber = partNumberOf(call);
  const uploadId = uploadIdOf(call);
  // Refused before the bytes are received, because a part of an aborted upload may be 5 GB long.
  const encryption = demandUploadKey(call, uploadId);
  const blob = await receiveBlob(call);
  const etag = core.uploadPart(bucket, region, key, { uploadId, partNumber, blob });
  return empty(200, [['ETag', etag], ['x-cos-hash-crc64ecma', blob.crc64], ...encryptionHeaders(encryption)]);
}

export async function listParts(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, key, query, account } = call;
  const uploadId = uploadIdOf(call);
  const marker = numberOf(query, 'part-number-marker', { min: 0, max: LAST_PART_NUMBER });
  const maxParts = numberOf(query, 'max-parts', { min: 0, max: 1000, clamp: true }) ?? 1000;
  const page = core.listParts(bucket, region, key, {
    uploadId,
    maxParts,
    ...(marker === undefined ? {} : { partNumberMarker: marker }),
  });
  const text = encoder(query);
  const owner = [el('ID', ownerId(account)), el('DisplayName', account.uin)];
  return xml(
    el('ListPartsResult', [
      el('Bucket', bucket),
      text.element,
      el('Key', text.encode(key)),
      el('UploadId', uploadId),
      el('Owner', owner),
      el('PartNumberMarker', marker ?? 0),
      el('Initiator', owner),
      ...page.parts.map((part) =>
        el('Part', [
          el('PartNumber', part.partNumber),
          el('LastModified', listingDate(part.lastModified)),
          el('ETag', part.etag),
          el('Size', part.size),
        ]),
      ),
      el('StorageClass', page.storageClass),
      el('MaxParts', maxParts),
      el('IsTruncated', page.truncated),
      page.nextPartNumberMarker === undefined ? undefined : el('NextPartNumberMarker', page.nextPartNumberMarker),
    ]),
  );
}

export async function completeUpload(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, key, requestId, request } = call;
  const uploadId = uploadIdOf(call);
  const document = await receiveXml(call, 'CompleteMultipartUpload');
  const parts = children(document, 'Part').map((part) => ({
    partNumber: Number(textOf(part, 'PartNumber') ?? Number.NaN),
    etag: textOf(part, 'ETag') ?? '',
  }));
  const badNumber = parts.some(({ partNumber }) => !Number.isInteger(partNumber) || partNumber < 1);
  if (parts.length === 0 || parts.length > LAST_PART_NUMBER || badNumber) throw failures.malformedXml();
  const version = core.completeMultipart(
    bucket,
    region,
    key,
    { uploadId, parts },
    { requestId, forbidOverwrite: forbidsOverwrite(call) },
  );
  const named = core.getVersioning(bucket, region) === undefined ? undefined : version.versionId;
  return chunkedXml(
    el(
      'CompleteMultipartUploadResult',
      [
        el('Location', `http://${request.host}/${key.split('/').map(encode).join('/')}`),
        el('Bucket', bucket),
        el('Key', key),
        el('ETag', version.etag),
      ],
      { xmlns: 'http://www.qcloud.com/document/product/436/7751' },
    ),
    // Unlike PUT Object, completing an upload names the version of a suspended bucket: `null`.
    [
      ...versionIdHeader(named),
      ...(version.blob ? [['x-cos-hash-crc64ecma', version.blob.crc64] as const] : []),
      ...storageClassHeader(version),
      ...encryptionHeaders(version.attributes.encryption),
    ],
  );
}

export async function abortUpload(call: CosCall): Promise<CloudResponse> {
  call.core.abortMultipart(call.bucket, call.region, call.key, uploadIdOf(call));
  return empty(204);
}

export async function listUploads(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, query, account } = call;
  const { prefix, delimiter } = listingQuery(query);
  const keyMarker = query.get('key-marker') ?? '';
  const uploadIdMarker = query.get('upload-id-marker') ?? '';
  const maxUploads = numberOf(query, 'max-uploads', { min: 0, max: 1000, clamp: true }) ?? 1000;
  const page = core.listUploads(bucket, region, { prefix, delimiter, keyMarker, uploadIdMarker, maxUploads });
  const text = encoder(query);
  const owner = [el('ID', ownerId(account)), el('DisplayName', account.uin)];
  return xml(
    el('ListMultipartUploadsResult', [
      el('Bucket', bucket),
      text.element,
      el('KeyMarker', text.encode(keyMarker)),
      el('UploadIdMarker', uploadIdMarker),
      el('MaxUploads', maxUploads),
      el('IsTruncated', page.truncated),
      el('Prefix', text.encode(prefix)),
      delimiter === '' ? undefined : el('Delimiter', text.encode(delimiter)),
      page.nextKeyMarker === undefined ? undefined : el('NextKeyMarker', text.encode(page.nextKeyMarker)),
      page.nextUploadIdMarker === undefined ? undefined : el('NextUploadIdMarker', page.nextUploadIdMarker),
      ...page.uploads.map((upload) =>
        el('Upload', [
          el('Key', text.encode(upload.key)),
          el('UploadId', upload.uploadId),
          el('StorageClass', upload.storageClass),
          el('Initiator', owner),
          el('Owner', owner),
          el('Initiated', listingDate(upload.initiated)),
        ]),
      ),
      ...page.commonPrefixes.map((common) => el('CommonPrefixes', [el('Prefix', text.encode(common))])),
    ]),
  );
}

function uploadIdOf(call: CosCall): string {
  return call.query.get('uploadId') ?? '';
}
