import type { Bucket } from './bucket.ts';
import { checkClass, defaultClass } from './classes.ts';
import { acceptAttributes } from './limits.ts';
import { checkLockable } from './locks.ts';
import type { Attributes } from './types.ts';
import type { World } from './core-world.ts';

/** The attributes as this bucket keeps them, with its own class and encryption where the request names none. */
export function acceptFor(world: World, bucket: Bucket, attributes: Attributes): Attributes {
  const { multiAz, settings } = bucket;
  const storageClass = attributes.storageClass.toUpperCase() || defaultClass(multiAz);
  checkClass(storageClass, multiAz);
  checkLockable(world, bucket, attributes.lockedUntil);
  const encryption = attributes.encryption ?? settings.encryption;
  return { ...acceptAttributes(attributes, world.switches), storageClass, encryption };
}
