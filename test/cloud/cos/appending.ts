import { acceptFor } from './accepting.ts';
import { compose } from './blobs/blob.ts';
import type { Bucket } from './bucket.ts';
import { announce } from './events.ts';
import { CosFailure } from './failure.ts';
import { checkNewKey, SIMPLE_LIMIT } from './limits.ts';
import { checkUnlocked } from './locks.ts';
import { entityTooLarge, invalidArgument, invalidRequest } from './refusals.ts';
import type { Blob } from './blobs/types.ts';
import type { Core } from './calls.ts';
import type { Attributes, Version } from './types.ts';
import { checkOverwrite, place } from './writing.ts';
import type { World } from './core-world.ts';

/**
 * Appended objects. COS's page says that they cannot be copied, and take no part in versioning and lifecycles. So in a
 * versioned bucket such an object is the `null` version, and each append changes it under that same ID.
 */
export function createAppends(world: World): Pick<Core, 'appendObject'> {
  return {
    appendObject(name, region, key, { position, blob }, attributes, options) {
      const bucket = world.bucket(name, region);
      checkNewKey(key, world.switches);
      if (!Number.isInteger(position) || position < 0) throw invalidArgument('The position is not a whole number.');
      if (bucket.multiAz) throw invalidRequest('A bucket of several zones takes no appends.');
      if (bucket.versioning !== undefined && world.switches.appendOnVersioned === 'refused') {
        throw new CosFailure('InvalidBucketState', 409, 'Objects cannot be appended to in a bucket with versioning.');
      }
      const current = bucket.current(key);
      const found = current?.deleteMarker === true ? undefined : current;
      if (found !== undefined && found.appendable !== true) {
        throw new CosFailure(
          'ObjectNotAppendable',
          409,
          'The operation is not valid for the current state of the object.',
        );
      }
      if (position !== (found?.blob?.size ?? 0)) {
        throw new CosFailure('AppendPositionErr', 409, 'The position is not the length of the object.');
      }
      const version = found === undefined ? begin(bucket, key, blob, attributes) : extend(bucket, found, blob);
      announce(world, bucket, 'ObjectCreated:Append', version, options);
      return version;
    },
  };

  function begin(bucket: Bucket, key: string, blob: Blob, attributes: Attributes): Version {
    const accepted = acceptFor(world, bucket, attributes);
    if (accepted.storageClass === 'INTELLIGENT_TIERING') {
      throw invalidRequest('Appends have no INTELLIGENT_TIERING class.');
    }
    checkSize(blob);
    checkOverwrite(world, bucket, key, false);
    const etag = `"${blob.md5 ?? world.hex(32)}"`;
    return place(world, bucket, key, { blob, etag, multipart: false, attributes: accepted, appendable: true });
  }

  /** Headers of later appends change nothing: the object keeps those of the first one. */
  function extend(bucket: Bucket, found: Version, blob: Blob): Version {
    checkUnlocked(world, found);
    const whole = compose([...(found.blob === undefined ? [] : [found.blob]), blob]);
    checkSize(whole);
    const next: Version = { ...found, blob: whole, etag: `"${world.hex(32)}"`, time: world.tick() };
    bucket.replace(found, next);
    return next;
  }
}

function checkSize(blob: Blob): void {
  if (blob.size > SIMPLE_LIMIT) throw entityTooLarge();
}
