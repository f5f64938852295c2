import { aclOf, grantsOf } from '../../deployment/core-attributes.ts';
import { withoutLag } from '../../deployment/index.ts';
import type { Version } from '../../cloud/cos/index.ts';
import { pick, type PROPERTY_DEEDS } from '../deeds.ts';
import { RIGHTS, TAG, type Act, type Acts, type Hand } from './hand.ts';

const OTHER_TAG = ['other', 'x'] as const;
const TAGS: readonly Version['attributes']['tags'][] = [[], [TAG], [OTHER_TAG], [TAG, OTHER_TAG]];

/** Acts that change a version in place: at a source a user's version, at a destination also a replica. */
export const ANYWHERE: Acts<(typeof PROPERTY_DEEDS)[number]> = {
  retag: (hand, act) => {
    const version = anyOf(hand, act);
    const tags = pick(TAGS, act.random());
    if (version === undefined || tags === undefined) return undefined;
    const { place, key } = act;
    hand.world.diary.changes(version);
    hand.world.core.putTags(place.bucket, place.region, key, version.versionId, tags);
    return `gave ${key} ${version.versionId} the tags ${JSON.stringify(tags)}`;
  },
  regrant: (hand, act) => {
    const version = anyOf(hand, act);
    const rights = pick(RIGHTS, act.random());
    if (version === undefined || rights === undefined) return undefined;
    const { place, key } = act;
    hand.world.diary.changes(version);
    hand.world.core.putAcl(place.bucket, place.region, key, version.versionId, aclOf(rights));
    return `gave ${key} ${version.versionId} ${rights.length} rights in place of ${grantsOf(version).length}`;
  },
};

/** Undefined where none is there. A listing that lags may name one that is gone. */
const anyOf = (hand: Hand, { place, key, random }: Act): Version | undefined =>
  pick(
    withoutLag(hand.world.core, () => hand.versions(place, key)).filter((version) => !version.deleteMarker),
    random(),
  );
