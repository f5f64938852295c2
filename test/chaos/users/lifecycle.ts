import { aging, NO_LIFECYCLE } from '../aging.ts';
import { at } from '../diary.ts';
import type { Act, Hand } from './hand.ts';

/** ms. A user's copy is told from the replica by its age; lifecycle rules wait for a day and more. */
export const AGED_MS = 20 * 60_000;
const DAY = 86_400_000;

/** `hiding`: the current versions expire too, which at a source would be a deletion without an event. */
export function age(hand: Hand, { place, key }: Act, hiding: boolean): string | undefined {
  const { core, diary, scheduler } = hand.world;
  const { entries } = core.listVersions(place.bucket, place.region, { prefix: key });
  if (entries.some(({ time }) => time > (scheduler.now - AGED_MS) * 1000)) return undefined;
  core.configureBucket(place.bucket, place.region, aging(key, hiding));
  const actions = core.runLifecycle({ ahead: 3 * DAY });
  core.configureBucket(place.bucket, place.region, NO_LIFECYCLE);
  for (const { action, key: its, versionId } of actions) {
    if (action === 'removed') diary.expired.set(versionId, scheduler.now);
    if (!hiding) hand.prune(place, its);
    // After this the destination is no image of the source any more.
    else if (action !== 'removed') diary.foreign.add(at(place, its));
  }
  return actions.length === 0
    ? undefined
    : `lifecycle: ${actions.map((one) => `${one.action} ${one.key} ${one.versionId}`).join(', ')}`;
}
