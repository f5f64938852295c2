import type { Bucket } from './bucket.ts';
import { coldnessOf } from './classes.ts';
import { announce } from './events.ts';
import type { EventName } from './events.ts';
import { isLocked } from './locks.ts';
import type { LifecycleAction, LifecycleRule, LifecycleTime } from './settings/types.ts';
import type { Core } from './calls.ts';
import type { Version } from './types.ts';
import { place, take } from './writing.ts';
import type { World } from './core-world.ts';

const DAY = 86_400_000;
/** COS works by days of Beijing, UTC+8. */
const ZONE = 8 * 3_600_000;

/** One pass of a lifecycle over the stack of a key. */
interface Look {
  readonly bucket: Bucket;
  /** The rules whose filter matches the key. */
  readonly rules: readonly LifecycleRule[];
  /** ms since 1970, at which the rules are applied. */
  readonly at: number;
  readonly done: LifecycleAction[];
}

/** The work of the lifecycles of buckets when their days have passed. */
export function createLifecycle(world: World): Pick<Core, 'runLifecycle'> {
  let runs = 0;

  /** A version is kept until the midnight after its days have passed. */
  const isDue = (time: LifecycleTime, since: number, at: number): boolean =>
    'date' in time ? at >= time.date && since < time.date : at >= midnightFrom(since + time.days * DAY);

  function told(look: Look, action: LifecycleAction['action'], version: Version, name?: EventName): void {
    const { bucket } = look;
    look.done.push({
      action,
      bucket: bucket.name,
      region: bucket.region,
      key: version.key,
      versionId: version.versionId,
    });
    if (name !== undefined && world.switches.lifecycleEvents) {
      announce(world, bucket, name, version, { requestId: `lifecycle-${runs}` });
    }
  }

  function remove(look: Look, version: Version): void {
    take(world, look.bucket, version);
    told(look, version.deleteMarker ? 'marker-removed' : 'removed', version, 'ObjectRemove:Delete');
  }

  function workOnKey(look: Look, key: string): void {
    const [current, ...older] = look.bucket.view(world.now(), 0).versionsOf(key);
    if (current === undefined) return;
    // A version is noncurrent from the moment at which the next one was written.
    let since = msOf(current);
    let left = 0;
    for (const version of older) {
      if (expiresNoncurrent(look, version, since)) remove(look, version);
      else {
        left += 1;
        const days = look.rules.flatMap((rule) => filtered(rule, version, rule.noncurrentTransitions));
        move(look, version, days, since);
      }
      since = msOf(version);
    }
    workOnCurrent(look, current, left);
  }

  const expiresNoncurrent = ({ rules, at }: Look, version: Version, since: number): boolean =>
    !isSpared(version, at) &&
    rules.some(
      (rule) =>
        rule.noncurrentExpiration !== undefined &&
        isOf(rule, version) &&
        isDue({ days: rule.noncurrentExpiration }, since, at),
    );

  function workOnCurrent(look: Look, current: Version, older: number): void {
    const { bucket, rules, at } = look;
    if (current.deleteMarker) {
      if (older === 0 && rules.some((rule) => rule.expiredMarkers)) remove(look, current);
      return;
    }
    const expires = rules.some(
      ({ expiration, ...rule }) =>
        expiration !== undefined && isOf(rule, current) && isDue(expiration, msOf(current), at),
    );
    if (!expires || isSpared(current, at)) {
      const transitions = rules.flatMap((rule) => filtered(rule, current, rule.transitions));
      return move(look, current, transitions, msOf(current));
    }
    if (bucket.versioning === undefined) return remove(look, current);
    told(look, 'hidden', place(world, bucket, current.key), 'ObjectRemove:DeleteMarkerCreated');
  }

  /** To the coldest class that is due, in place: the version keeps its ID and its time. */
  function move(
    look: Look,
    version: Version,
    transitions: readonly (LifecycleTime & { storageClass: string })[],
    since: number,
  ): void {
    if (isSpared(version, look.at) || version.deleteMarker) return;
    const { attributes } = version;
    const [coldest] = transitions
      .filter((transition) => isDue(transition, since, look.at))
      .toSorted((a, b) => coldnessOf(b.storageClass) - coldnessOf(a.storageClass));
    if (coldest === undefined || coldnessOf(coldest.storageClass) <= coldnessOf(attributes.storageClass)) return;
    const { storageClass } = coldest;
    const next: Version = { ...version, restoredUntil: undefined, attributes: { ...attributes, storageClass } };
    look.bucket.replace(version, next);
    told(look, 'moved', next);
  }

  function abortUploads({ bucket, rules, at, done }: Look): void {
    for (const { key, uploadId, initiated } of bucket.uploads.values()) {
      const over = rules.some(
        (rule) =>
          rule.abortUploads !== undefined && hasKey(rule, key) && isDue({ days: rule.abortUploads }, initiated, at),
      );
      if (!over) continue;
      bucket.uploads.delete(uploadId);
      done.push({ action: 'aborted', bucket: bucket.name, region: bucket.region, key, versionId: uploadId });
    }
  }

  return {
    runLifecycle({ ahead = 0 } = {}) {
      runs += 1;
      const at = world.now() + ahead;
      const done: LifecycleAction[] = [];
      for (const bucket of world.buckets.values()) {
        const rules = (bucket.settings.lifecycle ?? []).filter(({ enabled }) => enabled);
        if (rules.length === 0) continue;
        // The keys are copied to a list, because a key leaves the index with its last version.
        const keys = Array.from(bucket.view(world.now(), 0).keysFrom(() => true));
        for (const key of keys) {
          workOnKey({ bucket, rules: rules.filter((rule) => hasKey(rule, key)), at, done }, key);
        }
        abortUploads({ bucket, rules, at, done });
      }
      return done;
    },
  };
}

/** A lifecycle does nothing under a lock, and leaves appended objects alone. */
const isSpared = (version: Version, at: number): boolean => version.appendable === true || isLocked(version, at);

const hasKey = ({ prefix, notPrefix }: LifecycleRule, key: string): boolean =>
  key.startsWith(prefix) && !(notPrefix !== undefined && key.startsWith(notPrefix));

/** A delete marker has neither tags nor size, so a rule that filters by either does not match it. */
function isOf(
  rule: Pick<LifecycleRule, 'tags' | 'largerThan' | 'smallerThan'>,
  { attributes, blob }: Version,
): boolean {
  const { tags, largerThan = -1, smallerThan = Infinity } = rule;
  const size = blob?.size ?? 0;
  return (
    size > largerThan &&
    size < smallerThan &&
    tags.every(([key, value]) => attributes.tags.some(([name, text]) => name === key && text === value))
  );
}

const filtered = <T>(rule: LifecycleRule, version: Version, actions: readonly T[]): readonly T[] =>
  isOf(rule, version) ? actions : [];

const msOf = (version: Version): number => Math.floor(version.time / 1000);

const midnightFrom = (ms: number): number => Math.ceil((ms + ZONE) / DAY) * DAY - ZONE;
