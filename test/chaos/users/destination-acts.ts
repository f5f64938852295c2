import { pick, type DESTINATION_DEEDS } from '../deeds.ts';
import { plain } from '../../deployment/index.ts';
import { at } from '../diary.ts';
import { forge } from './forging.ts';
import { SEALED, type Acts } from './hand.ts';
import { age, AGED_MS } from './lifecycle.ts';

/** Acts at sites to which replicas come and from which none go. */
export const AT_DESTINATIONS: Acts<(typeof DESTINATION_DEEDS)[number]> = {
  foreignPut: (hand, act) => {
    hand.world.diary.foreign.add(at(act.place, act.key));
    return `put ${act.key} as ${hand.put(act, hand.blob(act, false)).versionId}`;
  },
  foreignCopy: (hand, act) => {
    const said = hand.copyOntoItself(act);
    if (said !== undefined) hand.world.diary.foreign.add(at(act.place, act.key));
    return said;
  },
  foreignDelete: (hand, { place, key, request }) => {
    hand.world.diary.foreign.add(at(place, key));
    const { versionId } = hand.world.core.deleteObject(place.bucket, place.region, key, undefined, request);
    return `deleted ${key}, delete marker ${versionId}`;
  },
  foreignUpload: (hand, { place, key, request }) => {
    const uploadId = hand.world.core.initiateMultipart(place.bucket, place.region, key, plain(), request);
    hand.world.diary.uploads.push({ place, key, uploadId });
    return `began an upload of ${key} that will never end`;
  },
  rewrite: (hand, act) => {
    const { place, key, request } = act;
    const [top] = hand.versions(place, key);
    if (top === undefined || top.deleteMarker) return undefined;
    hand.write(place, key);
    hand.world.diary.foreign.add(at(place, key));
    const blob = hand.blob(act, false);
    const { versionId } = hand.world.core.putObject(place.bucket, place.region, key, blob, top.attributes, request);
    return `rewrote ${key} ${top.versionId} in place as ${versionId}`;
  },
  foreignSealed: (hand, act) => {
    hand.world.diary.foreign.add(at(act.place, act.key));
    const { versionId } = hand.put(act, hand.blob(act, false), { encryption: SEALED });
    return `put ${act.key} under a customer's key as ${versionId}`;
  },
  expire: (hand, { place, key, random, request }) => {
    const aged = (hand.world.scheduler.now - AGED_MS) * 1000;
    const old = hand.versions(place, key).filter((version) => !version.isLatest && version.time < aged);
    const version = pick(old, random());
    if (version === undefined) return undefined;
    hand.world.diary.expired.set(version.versionId, hand.world.scheduler.now);
    hand.world.core.deleteObject(place.bucket, place.region, key, version.versionId, request);
    return `lifecycle removed ${key} ${version.versionId}`;
  },
  age: (hand, act) => age(hand, act, true),
  expireAll: (hand, { place, key, request }) => {
    const aged = (hand.world.scheduler.now - AGED_MS) * 1000;
    const all = hand.versions(place, key);
    const gone = all.filter(({ isLatest, deleteMarker, time }) => (!isLatest || deleteMarker) && time < aged);
    // A lifecycle removes a delete marker only when nothing is left below it.
    const kept = gone.length < all.length ? gone.filter(({ isLatest }) => isLatest) : [];
    const going = gone.filter((version) => !kept.includes(version));
    for (const { versionId } of going) {
      hand.world.diary.expired.set(versionId, hand.world.scheduler.now);
      hand.world.core.deleteObject(place.bucket, place.region, key, versionId, request);
    }
    return going.length === 0 ? undefined : `lifecycle removed ${going.length} versions of ${key}`;
  },
  suspendThere: (hand, { place, random }) => {
    const { core, scheduler, diary } = hand.world;
    core.putVersioning(place.bucket, place.region, 'Suspended');
    diary.unversioned.set(place.bucket, scheduler.now);
    scheduler.after(random() * 300_000, () => {
      core.putVersioning(place.bucket, place.region, 'Enabled');
      diary.unversioned.delete(place.bucket);
    });
    return 'suspended versioning';
  },
  foreignForge: (hand, act) => {
    hand.world.diary.foreign.add(at(act.place, act.key));
    return forge(hand, act);
  },
};
