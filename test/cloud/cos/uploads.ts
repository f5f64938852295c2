import type { Bucket, Upload } from './bucket.ts';
import { compareKeys } from './key-order.ts';
import { pageSize } from './limits.ts';
import { listPage } from './listing.ts';
import type { Core } from './calls.ts';

type Query = Parameters<Core['listUploads']>[2];
type Answer = ReturnType<Core['listUploads']>;

/**
 * Open uploads, by key and then by upload ID. They are few at any time, so they are sorted on demand. An
 * upload-id-marker without a key-marker is ignored.
 */
export function listUploads(bucket: Bucket, query: Query): Answer {
  const { prefix, delimiter, keyMarker = '', uploadIdMarker = '', maxUploads } = query;
  const after = keyMarker === '' ? '' : uploadIdMarker;
  const byKey = new Map<string, Upload[]>();
  for (const upload of [...bucket.uploads.values()].sort((a, b) => compareKeys(a.uploadId, b.uploadId))) {
    byKey.set(upload.key, [...(byKey.get(upload.key) ?? []), upload]);
  }
  const keys = [...byKey.keys()].sort(compareKeys);
  const page = listPage<Upload>(
    {
      keysFrom: (reached) => keys.filter(reached),
      itemsOf: (key) =>
        (byKey.get(key) ?? []).filter((upload) => key !== keyMarker || compareKeys(upload.uploadId, after) > 0),
    },
    { prefix, delimiter, marker: keyMarker, withMarkerKey: after !== '', limit: pageSize('max-uploads', maxUploads) },
  );
  return {
    uploads: page.items.map(({ key, uploadId, initiated, attributes }) => ({
      key,
      uploadId,
      initiated,
      storageClass: attributes.storageClass,
    })),
    commonPrefixes: page.commonPrefixes,
    truncated: page.truncated,
    ...(page.truncated &&
      page.last !== undefined && { nextKeyMarker: page.last, nextUploadIdMarker: page.lastItem?.uploadId ?? '' }),
  };
}
