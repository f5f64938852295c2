import { compose, slice } from './blobs/blob.ts';
import type { Bucket, Part, Upload } from './bucket.ts';
import { announce } from './events.ts';
import { CosFailure } from './failure.ts';
import { acceptFor } from './accepting.ts';
import { checkKey, checkNewKey, MAX_PARTS, MEGABYTE, OBJECT_LIMIT, pageSize, SIMPLE_LIMIT } from './limits.ts';
import { listUploads } from './uploads.ts';
import { checkRange, openSource } from './reading.ts';
import { entityTooLarge, invalidArgument, invalidRequest, noSuchUpload } from './refusals.ts';
import type { Blob } from './blobs/types.ts';
import type { Core } from './calls.ts';
import { checkOverwrite, etagOf, place } from './writing.ts';
import type { World } from './core-world.ts';

type MultipartCalls =
  | 'initiateMultipart'
  | 'uploadPart'
  | 'uploadPartCopy'
  | 'getUploadEncryption'
  | 'listParts'
  | 'listUploads'
  | 'completeMultipart'
  | 'abortMultipart';

/**
 * Multipart uploads. The version begins to exist when the upload is completed: that is its place in the stack, its time
 * and its ID, as a listing in the order of writes needs. (COS does not say which moment counts.)
 */
export function createMultipart(world: World): Pick<Core, MultipartCalls> {
  function putPart(upload: Upload, partNumber: number, blob: Blob): Part {
    if (blob.size > SIMPLE_LIMIT) throw entityTooLarge();
    const etag = etagOf(world, blob, upload.attributes.encryption);
    const part = { partNumber, etag, blob, lastModified: world.now() };
    upload.parts.set(partNumber, part);
    return part;
  }

  return {
    initiateMultipart(name, region, key, attributes, { forbidOverwrite = false }) {
      const bucket = world.bucket(name, region);
      checkNewKey(key, world.switches);
      const accepted = acceptFor(world, bucket, attributes);
      checkOverwrite(world, bucket, key, forbidOverwrite);
      const initiated = world.now();
      const epoch = String(Math.floor(initiated / 1000)).padStart(10, '0');
      const uploadId = `${epoch}${world.hex(64)}`;
      const parts = new Map<number, Part>();
      bucket.uploads.set(uploadId, { key, uploadId, initiated, attributes: accepted, forbidOverwrite, parts });
      return uploadId;
    },

    uploadPart(name, region, key, { uploadId, partNumber, blob }) {
      const upload = uploadOf(world.bucket(name, region), key, uploadId);
      checkPartNumber(partNumber);
      return putPart(upload, partNumber, blob).etag;
    },

    uploadPartCopy(name, region, key, { uploadId, partNumber, source: from, range }) {
      const upload = uploadOf(world.bucket(name, region), key, uploadId);
      checkPartNumber(partNumber);
      const source = openSource(world, from);
      if (range !== undefined) checkRange(source.blob, range);
      const blob = range === undefined ? source.blob : slice(source.blob, range[0], range[1]);
      if (blob.size > SIMPLE_LIMIT) throw invalidRequest('A part is at most 5 GB.');
      const part = putPart(upload, partNumber, blob);
      return { etag: part.etag, lastModified: part.lastModified, source };
    },

    getUploadEncryption: (name, region, key, uploadId) =>
      uploadOf(world.bucket(name, region), key, uploadId).attributes.encryption,

    listParts(name, region, key, { uploadId, partNumberMarker = 0, maxParts }) {
      const upload = uploadOf(world.bucket(name, region), key, uploadId);
      const limit = pageSize('max-parts', maxParts);
      const after = [...upload.parts.values()]
        .filter((part) => part.partNumber > partNumberMarker)
        .sort((a, b) => a.partNumber - b.partNumber);
      const parts = after.slice(0, limit).map(({ partNumber, etag, blob, lastModified }) => ({
        partNumber,
        etag,
        size: blob.size,
        lastModified,
      }));
      const last = parts.at(-1);
      const truncated = last !== undefined && after.length > parts.length;
      return {
        parts,
        storageClass: upload.attributes.storageClass,
        truncated,
        ...(truncated && { nextPartNumberMarker: last.partNumber }),
      };
    },

    listUploads: (name, region, query) => listUploads(world.bucket(name, region), query),

    completeMultipart(name, region, key, { uploadId, parts: named }, options) {
      const bucket = world.bucket(name, region);
      const upload = uploadOf(bucket, key, uploadId);
      const parts = selectParts(upload, named);
      checkOverwrite(world, bucket, key, options.forbidOverwrite === true || upload.forbidOverwrite);
      const blob = compose(parts.map((part) => part.blob));
      if (blob.size > OBJECT_LIMIT) throw entityTooLarge();
      // Not derived from the parts: for two equal uploads COS makes two ETags.
      const etag = `"${world.hex(32)}-${parts.length}"`;
      bucket.uploads.delete(uploadId);
      const version = place(world, bucket, key, { blob, etag, multipart: true, attributes: upload.attributes });
      announce(world, bucket, 'ObjectCreated:CompleteMultipartUpload', version, options);
      return version;
    },

    abortMultipart(name, region, key, uploadId) {
      const bucket = world.bucket(name, region);
      uploadOf(bucket, key, uploadId);
      bucket.uploads.delete(uploadId);
    },
  };
}

function uploadOf(bucket: Bucket, key: string, uploadId: string): Upload {
  checkKey(key);
  const upload = bucket.uploads.get(uploadId);
  if (upload?.key !== key) throw noSuchUpload();
  return upload;
}

function checkPartNumber(partNumber: number): void {
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAX_PARTS) {
    throw invalidArgument(`A part number is an integer from 1 to ${MAX_PARTS}.`);
  }
}

/** The named parts, in their order; uploaded parts that are not named are dropped. */
function selectParts(upload: Upload, named: readonly { partNumber: number; etag: string }[]): Part[] {
  if (named.length === 0) throw new CosFailure('MalformedXML', 400, 'The list of parts is empty.');
  let last = 0;
  for (const { partNumber } of named) {
    if (partNumber <= last) throw new CosFailure('InvalidPartOrder', 400, 'The parts are not in ascending order.');
    last = partNumber;
  }
  const bare = (etag: string): string => etag.replaceAll('"', '');
  const parts = named.map(({ partNumber, etag }) => {
    const part = upload.parts.get(partNumber);
    if (part === undefined || bare(part.etag) !== bare(etag)) {
      throw new CosFailure('InvalidPart', 400, `Part ${partNumber} is missing or has another ETag.`);
    }
    return part;
  });
  for (const part of parts.slice(0, -1)) {
    if (part.blob.size < MEGABYTE) {
      throw new CosFailure('EntityTooSmall', 400, `Part ${part.partNumber} is smaller than 1 MB and not the last.`);
    }
  }
  return parts;
}
