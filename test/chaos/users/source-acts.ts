import { pick, type SOURCE_DEEDS } from '../deeds.ts';
import { forge } from './forging.ts';
import { SEALED, type Acts } from './hand.ts';
import { age } from './lifecycle.ts';

/** Acts at sites where replication begins. A multipart upload has two moments, so it is not among them. */
export const AT_SOURCES: Acts<Exclude<(typeof SOURCE_DEEDS)[number], 'multipart'>> = {
  put: (hand, act) => `put ${act.key} as ${hand.put(act, hand.blob(act, false)).versionId}`,
  putSame: (hand, act) => `put ${act.key} as ${hand.put(act, hand.blob(act, true)).versionId}, the same bytes`,
  remove: (hand, { place, key, request }) => {
    hand.write(place, key);
    const { versionId = '' } = hand.world.core.deleteObject(place.bucket, place.region, key, undefined, request);
    hand.world.diary.deletions.push({ place, key, versionId, time: hand.world.scheduler.now });
    return `deleted ${key}, delete marker ${versionId}`;
  },
  removeVersion: (hand, { place, key, random, request }) => {
    const version = pick(hand.versions(place, key), random());
    if (version === undefined) return undefined;
    hand.prune(place, key);
    hand.world.diary.expired.set(version.versionId, hand.world.scheduler.now);
    hand.world.core.deleteObject(place.bucket, place.region, key, version.versionId, request);
    return `removed version ${version.versionId} of ${key}`;
  },
  undelete: (hand, { place, key, request }) => {
    const [marker, below] = hand.versions(place, key);
    if (marker?.deleteMarker !== true) return undefined;
    hand.prune(place, key);
    const { versionId } = marker;
    const stillHidden = below?.deleteMarker === true;
    hand.world.diary.undeletes.push({ place, key, versionId, time: hand.world.scheduler.now, stillHidden });
    hand.world.core.deleteObject(place.bucket, place.region, key, marker.versionId, request);
    return `undeleted ${key} by removing ${marker.versionId}`;
  },
  copyBack: (hand, act) => hand.copyOntoItself(act),
  suspend: (hand, { place, random }) => {
    const { core, scheduler } = hand.world;
    core.putVersioning(place.bucket, place.region, 'Suspended');
    scheduler.after(random() * 5_000, () => core.putVersioning(place.bucket, place.region, 'Enabled'));
    return 'suspended versioning';
  },
  archivePut: (hand, act) => {
    const { versionId } = hand.put(act, hand.blob(act, false), { storageClass: 'ARCHIVE' });
    return `put ${act.key} into the archive as ${versionId}`;
  },
  sealedPut: (hand, act) => {
    const { versionId } = hand.put(act, hand.blob(act, false), { encryption: SEALED });
    return `put ${act.key} under a customer's key as ${versionId}`;
  },
  restore: (hand, { place, key, random, request }) => {
    const archived = hand
      .versions(place, key)
      .filter(({ attributes, restoredUntil }) => attributes.storageClass === 'ARCHIVE' && restoredUntil === undefined);
    const version = pick(archived, random());
    if (version === undefined) return undefined;
    hand.world.core.restoreObject(place.bucket, place.region, key, version.versionId, 30, request);
    hand.world.diary.restored.set(version.versionId, hand.world.scheduler.now);
    return `restored ${key} ${version.versionId}`;
  },
  ageSource: (hand, act) => age(hand, act, false),
  forge: (hand, act) => forge(hand, act),
};
