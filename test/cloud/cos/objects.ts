import { announce } from './events.ts';
import { CosFailure } from './failure.ts';
import { acceptFor } from './accepting.ts';
import { isArchived, isMultiAz } from './classes.ts';
import { acceptObjectAcl, acceptTags, checkKey, checkNewKey, SIMPLE_LIMIT } from './limits.ts';
import { checkUnlocked } from './locks.ts';
import { locate, openSource, readable } from './reading.ts';
import { entityTooLarge, invalidArgument, invalidRequest } from './refusals.ts';
import type { Core } from './calls.ts';
import type { Version } from './types.ts';
import { checkOverwrite, etagOf, place, take } from './writing.ts';
import type { World } from './core-world.ts';

const DAY = 24 * 60 * 60 * 1000;

type ObjectCalls =
  'putObject' | 'getObject' | 'readObject' | 'copyObject' | 'deleteObject' | 'putTags' | 'putAcl' | 'restoreObject';

export function createObjects(world: World): Pick<Core, ObjectCalls> {
  return {
    putObject(name, region, key, blob, attributes, options) {
      const bucket = world.bucket(name, region);
      checkNewKey(key, world.switches);
      if (blob.size > SIMPLE_LIMIT) throw entityTooLarge();
      const accepted = acceptFor(world, bucket, attributes);
      checkOverwrite(world, bucket, key, options.forbidOverwrite);
      const etag = etagOf(world, blob, accepted.encryption);
      const version = place(world, bucket, key, { blob, etag, multipart: false, attributes: accepted });
      announce(world, bucket, `ObjectCreated:${options.event ?? 'Put'}`, version, options);
      return version;
    },

    getObject: (name, region, key, versionId) => locate(world.bucket(name, region), key, versionId),

    readObject: (name, region, key, versionId, customerKeyMd5) =>
      readable(world, locate(world.bucket(name, region), key, versionId), customerKeyMd5),

    copyObject(name, region, key, from, { replaceMetadata, replaceTags, attributes }, options) {
      const bucket = world.bucket(name, region);
      checkNewKey(key, world.switches);
      const source = openSource(world, from);
      if (source.blob.size > SIMPLE_LIMIT) throw invalidRequest('The source of a simple copy is at most 5 GB.');
      // An older version may be copied on top of its key unchanged: COS's pages describe this to bring one back.
      if (!replaceMetadata && bucket.name === from.bucket && bucket.current(key)?.time === source.time) {
        throw invalidRequest('An object can be copied to itself only with x-cos-metadata-directive: Replaced.');
      }
      // Class, ACL and encryption are the request's: COS never copies them.
      const accepted = acceptFor(world, bucket, {
        ...attributes,
        headers: replaceMetadata ? attributes.headers : source.attributes.headers,
        meta: replaceMetadata ? attributes.meta : source.attributes.meta,
        tags: replaceTags ? attributes.tags : source.attributes.tags,
      });
      checkZones(source, accepted);
      checkOverwrite(world, bucket, key, options.forbidOverwrite);
      const { blob } = source;
      const etag = etagOf(world, blob, accepted.encryption);
      const content = { blob, etag, multipart: false, attributes: accepted };
      const { linkTarget } = source;
      const version = place(world, bucket, key, linkTarget === undefined ? content : { ...content, linkTarget });
      announce(world, bucket, 'ObjectCreated:Copy', version, options);
      return { version, source };
    },

    deleteObject(name, region, key, namedId, options) {
      const bucket = world.bucket(name, region);
      checkKey(key);
      if (namedId === '' && world.switches.refuseEmptyVersionId) throw invalidArgument('The version ID is empty.');
      const versionId = namedId || undefined;
      if (versionId === undefined && bucket.versioning !== undefined) {
        checkOverwrite(world, bucket, key, false);
        const marker = place(world, bucket, key);
        announce(world, bucket, 'ObjectRemove:DeleteMarkerCreated', marker, options);
        return { versionId: marker.versionId, deleteMarker: true };
      }
      const found = versionId === undefined ? bucket.current(key) : bucket.find(key, versionId);
      // A missing object is a success too, but nothing was removed, so there is no event.
      if (found === undefined) return { versionId, deleteMarker: false };
      checkUnlocked(world, found);
      take(world, bucket, found);
      announce(world, bucket, 'ObjectRemove:Delete', found, options);
      return { versionId, deleteMarker: found.deleteMarker };
    },

    putTags(name, region, key, versionId, tags) {
      const bucket = world.bucket(name, region);
      const version = locate(bucket, key, versionId);
      checkUnlocked(world, version);
      const next: Version = { ...version, attributes: { ...version.attributes, tags: acceptTags(tags) } };
      bucket.replace(version, next);
      return next;
    },

    putAcl(name, region, key, versionId, acl) {
      const bucket = world.bucket(name, region);
      const version = locate(bucket, key, versionId);
      const next: Version = { ...version, attributes: { ...version.attributes, acl: acceptObjectAcl(acl) } };
      bucket.replace(version, next);
      return next;
    },

    restoreObject(name, region, key, versionId, days, options) {
      const bucket = world.bucket(name, region);
      const version = locate(bucket, key, versionId);
      if (!isArchived(version.attributes.storageClass)) {
        throw new CosFailure('RestoreNonArchiveObject', 405, 'Only archived objects can be restored.');
      }
      if (!Number.isInteger(days) || days < 1) throw invalidArgument('Days must be a whole number from 1 on.');
      const restored: Version = { ...version, restoredUntil: world.now() + days * DAY };
      bucket.replace(version, restored);
      // COS takes minutes to hours in between; here the copy can be read at once.
      announce(world, bucket, 'ObjectRestore:Post', restored, options);
      announce(world, bucket, 'ObjectRestore:Completed', restored, options);
    },
  };
}

/** An object of several zones cannot be copied to a bucket of one zone. */
function checkZones(source: Version, accepted: Version['attributes']): void {
  if (isMultiAz(source.attributes.storageClass) && !isMultiAz(accepted.storageClass)) {
    throw new CosFailure(
      'NotSupportedStorageClass',
      400,
      'An object of a MAZ_ class cannot be copied to another class.',
    );
  }
}
