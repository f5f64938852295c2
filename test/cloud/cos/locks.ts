import type { Bucket } from './bucket.ts';
import { locate } from './reading.ts';
import { invalidArgument, invalidRequest, objectLocked } from './refusals.ts';
import type { Core } from './calls.ts';
import type { Attributes, Version } from './types.ts';
import type { World } from './core-world.ts';

const DAY = 86_400_000;

export function createLocks(world: World): Pick<Core, 'putRetention'> {
  return {
    putRetention(name, region, key, versionId, until) {
      const bucket = world.bucket(name, region);
      const version = locate(bucket, key, versionId);
      checkLockable(world, bucket, until);
      if (until < (version.attributes.lockedUntil ?? 0)) throw objectLocked();
      const next: Version = { ...version, attributes: { ...version.attributes, lockedUntil: until } };
      bucket.replace(version, next);
      return next;
    },
  };
}

/** Whether the bucket has object lock, which a lock of an object needs. */
export function checkLockable(world: World, bucket: Bucket, until: number | undefined): void {
  if (until === undefined) return;
  if (bucket.settings.objectLock === undefined) throw invalidRequest('Object lock is not enabled on this bucket.');
  if (!(until > world.now())) throw invalidArgument('The retention must end in the future.');
}

export const isLocked = ({ attributes }: Version, at: number): boolean => (attributes.lockedUntil ?? -Infinity) > at;

/** Throws ObjectLocked. */
export function checkUnlocked(world: World, version: Version): void {
  if (isLocked(version, world.now())) throw objectLocked();
}

/** A new object's attributes with its lock: that of the request, else the default of the bucket. */
export function locked(world: World, bucket: Bucket, attributes: Attributes): Attributes {
  const days = bucket.settings.objectLock?.defaultDays;
  if (attributes.lockedUntil !== undefined || days === undefined) return attributes;
  return { ...attributes, lockedUntil: world.now() + days * DAY };
}
