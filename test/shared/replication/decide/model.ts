import { isOwn } from '../../../../shared/replication/types.ts';
import type { Entry, Observation, ReplicaItem, StackItem, Step } from '../../../../shared/replication/types.ts';
import type { Ref } from '../../../../shared/identity/types.ts';
import { placeOf } from './build.ts';

/**
 * The destination as the plan's steps change it, and the protocol's definitions in a second form: by places as plain
 * numbers and by comparing every pair, where the product sorts and scans once.
 */

const sourceOf = (item: StackItem): number => (isOwn(item) ? placeOf(item.marker.ref) : Number.NaN);
const isReplica = (item: StackItem): item is ReplicaItem => item.kind === 'replica';

/** The newest replica of each version, topmost first. */
const keptOf = (stack: readonly StackItem[]): readonly ReplicaItem[] =>
  stack.filter(
    (item, i): item is ReplicaItem =>
      isReplica(item) && !stack.slice(0, i).some((other) => isReplica(other) && sourceOf(other) === sourceOf(item)),
  );

export interface Expected {
  readonly missing: readonly number[];
  /** Sources of the replicas that are copied on top again, oldest first. */
  readonly redone: readonly number[];
  readonly marks: number;
  /** Version IDs to remove. */
  readonly removed: readonly string[];
}

/** The steps that the protocol's "full look" demands. */
export function expectedOf(seen: Observation, excluded: ReadonlySet<string>): Expected {
  const kept = keptOf(seen.stack);
  const places = kept.map(sourceOf);
  const max = Math.max(0, ...places);
  const low = seen.low ? placeOf(seen.low) : 0;
  const entries = seen.entries.filter((entry) => !excluded.has(entry.ref.id));
  const missing = entries
    .filter((entry) => !entry.deleteMarker && !places.includes(placeOf(entry.ref)))
    .filter((entry) => {
      const v = placeOf(entry.ref);
      const inGap = kept.some(({ marker }) => placeOf(marker.ref) > v && (marker.base ? placeOf(marker.base) : 0) < v);
      return seen.hints.has(entry.ref.id) || (v > low && (v > max || inGap));
    })
    .map((entry) => placeOf(entry.ref));

  const wrong = places.filter((place, i) => places.slice(0, i).some((above) => above < place));
  const current = entries.at(-1);
  const hidden = current && !current.deleteMarker && isHidden(seen, placeOf(current.ref)) ? [placeOf(current.ref)] : [];
  const cut = Math.min(Number.POSITIVE_INFINITY, ...missing, ...wrong, ...hidden);
  const redone = places.filter((place) => place >= cut).sort((a, b) => a - b);
  const rebuilt = redone.length > 0 || missing.some((v) => v < max);

  return {
    missing,
    redone,
    marks: marksOf(seen, entries, max, missing, rebuilt),
    removed: seen.stack
      .filter(isReplica)
      .filter((item) => !item.vouches && (!kept.includes(item) || redone.includes(sourceOf(item))))
      .map((item) => item.versionId),
  };
}

/** Whether a late delete marker that may be ours is above the newest replica of this version. */
function isHidden({ stack, mine, since }: Observation, source: number): boolean {
  const at = stack.findIndex((item) => isReplica(item) && sourceOf(item) === source);
  return stack.some(
    (item, i) => i < at && item.kind === 'delete-marker' && (mine.has(item.versionId) || item.time >= since),
  );
}

function marksOf(
  { stack }: Observation,
  entries: readonly Entry[],
  max: number,
  missing: readonly number[],
  rebuilt: boolean,
): number {
  const appended = entries.filter((entry) => placeOf(entry.ref) > max);
  const firstCopy = appended.findIndex((entry) => missing.includes(placeOf(entry.ref)));
  const before = (firstCopy === -1 ? appended : appended.slice(0, firstCopy)).filter((entry) => entry.deleteMarker);
  const after = firstCopy === -1 ? [] : appended.slice(firstCopy).filter((entry) => entry.deleteMarker);
  const top = stack.findIndex(isReplica);
  const there = rebuilt
    ? 0
    : (top === -1 ? stack : stack.slice(0, top)).filter((item) => item.kind === 'delete-marker').length;
  return Math.max(0, before.length - there) + after.length;
}

let made = 0;

/** Takes one step. Throws when the step would do harm at that very moment. `time`: when it writes. */
export function take(stack: readonly StackItem[], step: Step, time: number): readonly StackItem[] {
  made += 1;
  const versionId = `n${made}`;
  switch (step.kind) {
    case 'copy': {
      const marker = markerFor(step.entry.ref, step.base);
      return [{ versionId, time, kind: 'replica', marker }, ...stack];
    }
    case 'raise': {
      const there = stack.find((item) => item.versionId === step.item.versionId);
      if (there?.kind !== 'replica') throw new Error('raises a version that is no replica');
      return [{ versionId, time, kind: 'replica', marker: markerFor(there.marker.ref, step.base) }, ...stack];
    }
    case 'mark':
      return [{ versionId, time, kind: 'delete-marker' }, ...stack];
    case 'lift':
    case 'hide':
    case 'stand':
      throw new Error('hides a key where replication goes one way');
    default: {
      const at = stack.findIndex((item) => item.versionId === step.item.versionId);
      const item = stack[at];
      if (item === undefined) throw new Error('removes a missing version');
      if (item.kind === 'foreign' || item.kind === 'delete-marker') throw new Error("removes another's version");
      if (item.vouches) throw new Error('removes a replica that vouches for a copy by a user');
      const newer = stack.slice(0, at).some((other) => isReplica(other) && sourceOf(other) === sourceOf(item));
      if (item.kind === 'replica' && !newer) throw new Error('removes the newest replica of a version');
      return stack.toSpliced(at, 1);
    }
  }
}

const markerFor = (ref: Ref, base: Ref | undefined) => ({
  source: { bucket: 'source-1250000000', region: 'ap-guangzhou' },
  ref,
  base,
  proof: { by: 'crc64', value: '1' } as const,
  id: `made-${made}`,
  named: true,
  attempted: 0,
});

export const takeAll = (stack: readonly StackItem[], steps: readonly Step[], time: number): readonly StackItem[] =>
  steps.reduce((now, step) => take(now, step, time), stack);

/** The fault of the stack after a plan has been carried out; undefined: none. */
export function faultOf(before: Observation, after: readonly StackItem[], expected: Expected): string | undefined {
  const kept = keptOf(after);
  const places = kept.map(sourceOf);
  const count = (place: number): number =>
    after.filter((item) => isReplica(item) && !item.vouches && sourceOf(item) === place).length;
  const lost = expected.missing.find((place) => count(place) !== 1);
  if (lost !== undefined) return `version ${lost} has ${count(lost)} replicas`;
  const doubled = places.find((place) => count(place) > 1);
  if (doubled !== undefined) return `version ${doubled} has more than one replica`;
  if (places.some((place, i) => i > 0 && place > (places[i - 1] as number))) return `the order is ${places.join(' ')}`;
  const gone = keptOf(before.stack).find((item) => !places.includes(sourceOf(item)));
  if (gone !== undefined) return `the replica of version ${sourceOf(gone)} is missing`;
  const others = (stack: readonly StackItem[]): string =>
    stack
      .filter((item) => item.kind === 'foreign')
      .map((item) => item.versionId)
      .join(' ');
  if (others(after) !== others(before.stack)) return "others' versions have changed";
  return faultOfTop(before, after, expected);
}

/**
 * The destination shows the same as the source, unless somebody else wrote there or a newer version was removed at the
 * source.
 */
function faultOfTop(before: Observation, after: readonly StackItem[], expected: Expected): string | undefined {
  const newest = before.entries.at(-1);
  const top = after[0];
  if (newest === undefined || keptOf(before.stack).some((item) => sourceOf(item) > placeOf(newest.ref)))
    return undefined;
  const place = placeOf(newest.ref);
  if (expected.missing.includes(place) || expected.redone.includes(place)) {
    return top && sourceOf(top) === place ? undefined : 'the current version is not on top';
  }
  if (!newest.deleteMarker || before.stack.some((item) => item.kind === 'foreign')) return undefined;
  return top?.kind === 'delete-marker' ? undefined : 'deleted at the source, but not at the destination';
}
