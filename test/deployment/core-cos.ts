import { CosError, type CopySource, type Cos, type Expiry, type Part, type Place } from '../../shared/cos/index.ts';
import { CosFailure, type BlobStore, type Core, type LifecycleRule, type Version } from '../cloud/cos/index.ts';
import { aclOf, attributesOf, grantsOf, headOf, plain, secondsOf } from './core-attributes.ts';

export { plain } from './core-attributes.ts';

/** Bytes of an answer that the client reads by default. */
const ANSWER_LIMIT = 2 ** 20;

/**
 * Even a HEAD is refused without the customer's key. Its answer has no body, so the client uses the status as the code.
 */
const SEALED = new CosFailure('InvalidRequest', 400, 'The object is encrypted with the key of a customer.');

/** The listings without lag. */
export function withoutLag<T>(core: Core, list: () => T): T {
  const { listingLag } = core.switches;
  core.switches.listingLag = 0;
  try {
    return list();
  } finally {
    core.switches.listingLag = listingLag;
  }
}

/**
 * The product's calls directly on the storage core, with the answers that a front would give. Every call is atomic.
 * `longestPage`: the most entries of a listing, whatever is asked for, so that a page ends in the middle of a key.
 * `lags`: the buckets whose listings lag.
 */
export function createCoreCos(
  core: Core,
  blobs: BlobStore,
  now: () => number,
  longestPage = 1000,
  lags: (place: Place) => boolean = () => true,
): Cos {
  let requests = 0;
  const paged = <T extends { maxKeys?: number }>(query: T) => ({
    ...query,
    maxKeys: Math.min(query.maxKeys ?? 1000, longestPage),
  });
  const context = () => ({ requestId: `request-${(requests += 1)}` });
  const date = () => Math.floor(now() / 1000) * 1000;

  /** Turns the core's refusals into the client's errors. */
  const call = async <T>(method: string, place: Place, key: string, work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CosFailure)) throw error;
      throw new CosError({ method, place, key }, error.message, {
        code: error.code,
        status: error.status,
        retryable: error.status >= 500,
        outcome: 'none',
      });
    }
  };
  const listing = <T>(place: Place, list: () => T): T => (lags(place) ? list() : withoutLag(core, list));
  /** A bucket that never had versioning names no version ID. The ID of its versions is `null`. */
  const nameIn = ({ bucket, region }: Place, { versionId }: Version): string | undefined =>
    core.getVersioning(bucket, region) === undefined ? undefined : versionId;
  /** The answer to a write names no version while versioning is suspended. The ID is then `null`, too. */
  const written = (place: Place, version: Version) => ({
    versionId: core.getVersioning(place.bucket, place.region) === 'Enabled' ? version.versionId : undefined,
    etag: version.etag,
    crc64: version.blob?.crc64,
  });

  return {
    headObject: (place, key, versionId) =>
      call('HEAD', place, key, () => {
        try {
          const version = core.getObject(place.bucket, place.region, key, versionId);
          const shown = core.followLink(place.bucket, place.region, version);
          if (shown.attributes.encryption?.algorithm === 'SSE-C') throw SEALED;
          const head = headOf(shown);
          return { found: true, head: { ...head, versionId: nameIn(place, version) }, date: date() };
        } catch (error) {
          if (!(error instanceof CosFailure) || error.status !== 404 || error.code === 'NoSuchBucket') throw error;
          const deleteMarker = error.deleteMarker && core.switches.markerOn404;
          return { found: false, deleteMarker, versionId: error.versionId, date: date() };
        }
      }),
    headBucket: (place) =>
      call('HEAD', place, '', () => {
        try {
          core.headBucket(place.bucket, place.region);
          return 'exists';
        } catch (error) {
          if (error instanceof CosFailure && error.status === 404) return 'missing';
          if (error instanceof CosFailure && error.status === 403) return 'forbidden';
          throw error;
        }
      }),
    getObject: (place, key, { limit = ANSWER_LIMIT, unless } = {}) =>
      call('GET', place, key, async () => {
        let version: Version;
        try {
          version = core.readObject(place.bucket, place.region, key);
        } catch (error) {
          if (error instanceof CosFailure && error.code === 'NoSuchKey') return undefined;
          throw error;
        }
        if (version.etag === unless)
          return { body: new Uint8Array(), etag: unless, lastModified: date(), date: date(), unchanged: true };
        if ((version.blob?.size ?? 0) > limit) {
          const details = { code: 'AnswerTooLarge', retryable: false, outcome: 'none' } as const;
          throw new CosError({ method: 'GET', place, key }, `the answer is longer than ${limit} bytes`, details);
        }
        // The body of this moment, even if somebody overwrites the object while it is read.
        const body = await bytesOf(version);
        return { body, etag: version.etag, lastModified: secondsOf(version), date: date() };
      }),
    getRange: (place, key, { versionId, range: [first, last] }) =>
      call('GET', place, key, async () => {
        const version = core.readObject(place.bucket, place.region, key, versionId);
        const body = await bytesOf(version, first, last);
        if (body.length === last - first + 1) return body;
        throw new CosError({ method: 'GET', place, key }, 'the answer is not of the bytes asked for', {
          code: 'AnswerMalformed',
          retryable: true,
          outcome: 'none',
        });
      }),
    putObject: (place, key, body, options) =>
      call('PUT', place, key, () => {
        const headers = options?.contentType === undefined ? {} : { 'content-type': options.contentType };
        const blob = blobs.fromBytes(body);
        const attributes = plain({ headers, encryption: options?.encrypted ? { algorithm: 'AES256' } : undefined });
        const forbid = options?.forbidOverwrite === undefined ? {} : { forbidOverwrite: options.forbidOverwrite };
        return written(
          place,
          core.putObject(place.bucket, place.region, key, blob, attributes, { ...context(), ...forbid }),
        );
      }),
    copyObject: (place, key, source, attributes) =>
      call('COPY', place, key, () => {
        const from = sourceOf(source);
        const how = {
          replaceMetadata: true,
          replaceTags: attributes.tags !== undefined,
          attributes: attributesOf(attributes),
        };
        return written(place, core.copyObject(place.bucket, place.region, key, from, how, context()).version);
      }),
    deleteObject: (place, key, versionId) =>
      call('DELETE', place, key, () => core.deleteObject(place.bucket, place.region, key, versionId, context())),
    listVersions: (place, query) =>
      call('LIST', place, '', () => {
        const page = listing(place, () => core.listVersions(place.bucket, place.region, paged(query)));
        const more = page.truncated && page.nextKeyMarker !== undefined;
        return {
          entries: page.entries.map((version) => ({
            key: version.key,
            versionId: version.versionId,
            isLatest: version.isLatest,
            deleteMarker: version.deleteMarker,
            lastModified: secondsOf(version),
            etag: version.etag,
            size: version.blob?.size ?? 0,
            storageClass: version.attributes.storageClass,
          })),
          next: more
            ? { keyMarker: page.nextKeyMarker ?? '', versionIdMarker: page.nextVersionIdMarker ?? '' }
            : undefined,
        };
      }),
    listObjects: (place, query) =>
      call('LIST', place, '', () => {
        const page = listing(place, () => core.listObjects(place.bucket, place.region, paged(query)));
        return {
          entries: page.entries.map((version) => ({
            key: version.key,
            lastModified: secondsOf(version),
            etag: version.etag,
            size: version.blob?.size ?? 0,
          })),
          nextMarker: page.truncated ? (page.nextMarker ?? page.entries.at(-1)?.key) : undefined,
        };
      }),
    getTags: (place, key, versionId) =>
      call('GET', place, key, () => core.getObject(place.bucket, place.region, key, versionId).attributes.tags),
    isSymlink: (place, key, versionId) =>
      call('GET', place, key, () => {
        try {
          return core.getObject(place.bucket, place.region, key, versionId).linkTarget !== undefined;
        } catch (error) {
          // The signed client does the same: a missing object is not a link.
          if (error instanceof CosFailure && error.status === 404 && error.code !== 'NoSuchBucket') return false;
          throw error;
        }
      }),
    hasNativeReplication: (place) =>
      call('GET', place, '', () => core.getSettings(place.bucket, place.region).replication !== undefined),
    getExpiries: (place) =>
      call('GET', place, '', () =>
        (core.getSettings(place.bucket, place.region).lifecycle ?? [])
          .filter(({ enabled }) => enabled)
          .flatMap(expiryOf),
      ),
    getGrants: (place, key, versionId) =>
      call('GET', place, key, () => grantsOf(core.getObject(place.bucket, place.region, key, versionId))),
    putTags: (place, key, versionId, tags) =>
      call('PUT', place, key, () => {
        core.putTags(place.bucket, place.region, key, versionId, tags);
      }),
    putGrants: (place, key, versionId, grants) =>
      call('PUT', place, key, () => {
        core.putAcl(place.bucket, place.region, key, versionId, aclOf(grants));
      }),
    getVersioning: (place) => call('GET', place, '', () => core.getVersioning(place.bucket, place.region)),
    initiateMultipart: (place, key, attributes) =>
      call('POST', place, key, () =>
        core.initiateMultipart(place.bucket, place.region, key, attributesOf(attributes), context()),
      ),
    uploadPartCopy: (place, key, { uploadId, partNumber, source, range }) =>
      call('COPY', place, key, () => {
        const from = sourceOf(source);
        const part = { uploadId, partNumber, source: from, range };
        return core.uploadPartCopy(place.bucket, place.region, key, part).etag;
      }),
    listParts: (place, key, uploadId) =>
      call('GET', place, key, () => {
        const parts: Part[] = [];
        for (let marker: number | undefined = 0; marker !== undefined;) {
          const query = { uploadId, partNumberMarker: marker, maxParts: longestPage };
          const page = core.listParts(place.bucket, place.region, key, query);
          parts.push(...page.parts.map(({ partNumber, etag, size }) => ({ partNumber, etag, size })));
          marker = page.nextPartNumberMarker;
        }
        return parts;
      }),
    completeMultipart: (place, key, uploadId, parts) =>
      call('POST', place, key, () =>
        written(place, core.completeMultipart(place.bucket, place.region, key, { uploadId, parts }, context())),
      ),
    abortMultipart: (place, key, uploadId) =>
      call('DELETE', place, key, () => {
        try {
          core.abortMultipart(place.bucket, place.region, key, uploadId);
        } catch (error) {
          // The upload was aborted or completed before, so there is nothing to abort.
          if (!(error instanceof CosFailure) || error.code !== 'NoSuchUpload') throw error;
        }
      }),
  };
}

async function bytesOf({ blob }: Version, first = 0, last = (blob?.size ?? 0) - 1): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of blob?.read(first, Math.min(last, blob.size - 1)) ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const sourceOf = ({ place, key, versionId, ifMatch }: CopySource) => ({
  ...place,
  key,
  ...(versionId === undefined ? {} : { versionId }),
  ...(ifMatch === undefined ? {} : { conditions: { ifMatch } }),
});

function expiryOf(rule: LifecycleRule): readonly Expiry[] {
  const { id, prefix, notPrefix, tags, largerThan, smallerThan, expiration, noncurrentExpiration: older } = rule;
  const current =
    expiration &&
    ('days' in expiration ? expiration.days : new Date(expiration.date).toISOString().replace('.000', ''));
  if ((current ?? older) === undefined) return [];
  const narrowed = tags.length > 0 || (notPrefix ?? largerThan ?? smallerThan) !== undefined;
  return [{ id, prefix, narrowed, current, older }];
}
