import type { Bucket } from './bucket.ts';
import { announce } from './events.ts';
import { CosFailure } from './failure.ts';
import { invalidArgument, malformedXml } from './refusals.ts';
import type { NativeReplication, NativeRule } from './settings/types.ts';
import type { CoreEvent, Version } from './types.ts';
import type { World } from './core-world.ts';

const RULES = 1000;

/**
 * COS's own replication, for buckets that another service also replicates. A replica keeps version ID and time, is not
 * replicated further, and arrives at once, while COS takes minutes. Objects from before a rule are not replicated, and
 * a deletion by version ID is never replicated.
 */
export function replicateNatively(world: World): void {
  world.onEvent((event) => {
    const bucket = world.buckets.get(event.bucket);
    const replication = bucket?.settings.replication;
    if (bucket?.versioning !== 'Enabled' || replication === undefined || !starts(event)) return;
    const version = bucket.find(event.key, event.versionId);
    if (version === undefined) return;
    for (const rule of replication.rules) replicate(world, rule, version, event);
  });
}

/** Writes of users. A replica's own event, a restore or a removal of a version starts nothing. */
function starts({ name }: CoreEvent): boolean {
  if (name === 'cos:ObjectRemove:DeleteMarkerCreated') return true;
  return name.startsWith('cos:ObjectCreated:') && name !== 'cos:ObjectCreated:Replication';
}

function replicate(world: World, rule: NativeRule, version: Version, event: CoreEvent): void {
  const destination = world.buckets.get(rule.destination.bucket);
  const ready = destination?.region === rule.destination.region && destination.versioning === 'Enabled';
  if (!rule.enabled || !ready || !version.key.startsWith(rule.prefix)) return;
  if (version.deleteMarker && !rule.deleteMarkers) return;
  // With two rules for one destination, or rules there and back.
  if (destination.find(version.key, version.versionId) !== undefined) return;
  const { attributes } = version;
  const storageClass = rule.storageClass ?? attributes.storageClass;
  const replica = { ...version, attributes: { ...attributes, storageClass }, restoredUntil: undefined };
  destination.push(replica, world.now());
  // Whether COS sends an event for a replicated delete marker is not documented.
  if (!version.deleteMarker) announce(world, destination, 'ObjectCreated:Replication', replica, event);
}

/** Throws the errors of COS for rules that cannot work. */
export function acceptReplication(world: World, bucket: Bucket, { rules }: NativeReplication): void {
  if (rules.length === 0 || rules.length > RULES) throw malformedXml();
  if (bucket.settings.objectLock !== undefined) {
    throw new CosFailure('BucketLocked', 409, 'A bucket with object lock cannot be replicated.');
  }
  checkVersioning(bucket);
  for (const { destination } of rules) {
    if (destination.bucket === bucket.name) throw invalidArgument('A bucket cannot be replicated to itself.');
    checkVersioning(world.bucket(destination.bucket, destination.region));
  }
}

function checkVersioning({ versioning }: Bucket): void {
  if (versioning === 'Enabled') return;
  throw new CosFailure('BucketVersionNotOpen', 400, 'Versioning is not enabled on the source or the destination.');
}
