import type { Bucket } from './bucket.ts';
import type { CoreEvent, Version, WriteContext } from './types.ts';
import type { World } from './core-world.ts';

export type EventName =
  | 'ObjectCreated:Put'
  | 'ObjectCreated:Post'
  | 'ObjectCreated:Append'
  | 'ObjectCreated:Copy'
  | 'ObjectCreated:CompleteMultipartUpload'
  | 'ObjectCreated:Replication'
  | 'ObjectRemove:Delete'
  | 'ObjectRemove:DeleteMarkerCreated'
  | 'ObjectRestore:Post'
  | 'ObjectRestore:Completed';

/**
 * Reports a change of a version, with its version ID (empty where the bucket never had versions).
 * `switches.eventVersionId` decides whether the JSON of an event shows it.
 */
export function announce(
  world: World,
  bucket: Bucket,
  name: EventName,
  version: Version,
  { requestId }: WriteContext,
): void {
  const { attributes } = version;
  const event: CoreEvent = {
    name: `cos:${name}`,
    bucket: bucket.name,
    region: bucket.region,
    key: version.key,
    versionId: bucket.versioning === undefined ? '' : version.versionId,
    size: version.blob?.size ?? 0,
    etag: version.etag,
    meta: attributes.meta,
    contentType: attributes.headers['content-type'] ?? '',
    storageClass: attributes.storageClass,
    time: Math.floor(world.now()),
    requestId,
  };
  world.emit(event);
}
