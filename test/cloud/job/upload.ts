import { createReadStream, type ReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type COS from 'cos-nodejs-sdk-v5';
import type { Place } from '../../../shared/cos/index.ts';
import { calling } from './clients.ts';
import { forEachAtOnce } from './pool.ts';
import type { Attributes, Step, Story, Written } from './types.ts';

const MEGABYTE = 1024 * 1024;
/** At most this many parts, so that their size follows the file's. */
const MOST_PARTS = 9_000;
/** Files up to this many bytes are sent from memory, so that the SDK can send them again. */
const IN_MEMORY = MEGABYTE;
const AT_ONCE = 16;

export interface Progress {
  readonly steps: number;
  readonly bytes: number;
}

function wireHeaders({ headers, meta, storageClass, tags }: Attributes): Record<string, string> {
  const all: Record<string, string> = { ...headers };
  for (const [name, value] of Object.entries(meta)) all[`x-cos-meta-${name}`] = value;
  if (storageClass !== undefined) all['x-cos-storage-class'] = storageClass;
  if (tags !== undefined) {
    all['x-cos-tagging'] = tags.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
  }
  return all;
}

type Put = (
  cos: COS,
  place: Place,
  key: string,
  path: string,
  attributes: Attributes,
) => Promise<{ versionId: string; size: number }>;

/** The size is read again, because somebody may have changed the file since the folder was listed. */
const putWhole: Put = async (cos, place, key, path, attributes) => {
  let { size } = await stat(path);
  let body: Buffer | ReadStream;
  if (size <= IN_MEMORY) {
    body = await readFile(path);
    size = body.length;
  } else {
    body = createReadStream(path, { end: size - 1 });
  }
  const { VersionId } = await cos.putObject({
    Bucket: place.bucket,
    Region: place.region,
    Key: key,
    Body: body,
    ContentLength: size,
    Headers: wireHeaders(attributes),
  });
  return { versionId: VersionId ?? '', size };
};

/**
 * The multipart calls themselves rather than `sliceUploadFile`, which keeps a list of unfinished uploads in the user's
 * home directory.
 */
const putInParts: Put = async (cos, place, key, path, attributes) => {
  const at = { Bucket: place.bucket, Region: place.region, Key: key };
  const { size } = await stat(path);
  const { UploadId } = await cos.multipartInit({ ...at, Headers: wireHeaders(attributes) });
  const partSize = Math.max(MEGABYTE, Math.ceil(size / MOST_PARTS));
  const parts: { PartNumber: number; ETag: string }[] = [];
  for (let start = 0, number = 1; start < size; start += partSize, number += 1) {
    const end = Math.min(start + partSize, size) - 1;
    const { ETag } = await cos.multipartUpload({
      ...at,
      UploadId,
      PartNumber: number,
      Body: createReadStream(path, { start, end }),
      ContentLength: end - start + 1,
    });
    parts.push({ PartNumber: number, ETag });
  }
  const { VersionId } = await cos.multipartComplete({ ...at, UploadId, Parts: parts });
  return { versionId: VersionId ?? '', size };
};

async function take(cos: COS, place: Place, key: string, step: Step): Promise<Written> {
  if (step.kind === 'put') {
    const put = step.multipart ? putInParts : putWhole;
    const result = await calling(`upload of ${key}`, () => put(cos, place, key, step.file.path, step.attributes));
    return { key, deleteMarker: false, ...result };
  }
  const { headers } = await calling(`deletion of ${key}`, () =>
    cos.deleteObject({ Bucket: place.bucket, Region: place.region, Key: key }),
  );
  return { key, versionId: String(headers?.['x-cos-version-id'] ?? ''), deleteMarker: true, size: 0 };
}

/**
 * Makes the writes of all stories at the source: many keys at once, the steps of a key one after the other. Returns the
 * writes that COS confirmed, the steps of each key in their order.
 */
export async function upload(
  cos: COS,
  place: Place,
  stories: readonly Story[],
  options: { signal: AbortSignal; onProgress: (progress: Progress) => void },
): Promise<readonly Written[]> {
  const written: Written[] = [];
  let bytes = 0;
  await forEachAtOnce(
    stories,
    AT_ONCE,
    async ({ key, steps }) => {
      for (const step of steps) {
        options.signal.throwIfAborted();
        const result = await take(cos, place, key, step);
        written.push(result);
        bytes += result.size;
        options.onProgress({ steps: written.length, bytes });
      }
    },
    options.signal,
  );
  return written;
}
