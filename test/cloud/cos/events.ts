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
 * Reports a change of a version. The version ID is always in it (empty where the bucket never had versions); whether
 * the JSON of an event shows it is for its writer to decide by `switches.eventVersionId`.
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
