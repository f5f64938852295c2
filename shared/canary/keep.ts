import { Crc64, formatPlace, parsePlace, type Cos, type ObjectHead, type Place } from '../cos/index.ts';
import {
  CANARY_FORGOTTEN_MS,
  CANARY_LOST_MS,
  CANARY_POLL_MS,
  CANARY_WATCH_MS,
  SIGNATURE_LIFE_MS,
} from '../durations/index.ts';
import { isNull, refOfHead } from '../identity/index.ts';
import type { RuleStore } from '../rules/index.ts';
import { pairsOf } from '../scan/index.ts';
import {
  openCanaries,
  putCanary,
  putResults,
  readResults,
  type Canary,
  type CanaryResult,
  type CanaryState,
} from './document.ts';
import { keyOfCanary, recordName } from './record.ts';

export interface CanaryDeps extends CanaryState {
  /**
   * The client for sources and destinations. It tries once and with a short timeout, because the next minute tries
   * again.
   */
  readonly there: Pick<Cos, 'headObject' | 'putObject' | 'deleteObject'>;
  readonly rules: Pick<RuleStore, 'getFresh'>;
  /** ms since 1970. */
  readonly now: () => number;
  /** Letters and digits that are never returned twice. */
  readonly unique: () => string;
  readonly sleep: (ms: number) => Promise<void>;
  /** ms between two canaries. */
  readonly everyMs: number;
}

const bodyOf = ({ id, secret = '' }: Canary): Uint8Array =>
  new TextEncoder().encode(`COS Replication canary ${id} ${secret}`.trim());

/**
 * Runs each minute for one source: sends a canary when one is due, waits a while for those in progress, and removes
 * those that have arrived or are lost. The record of a canary is written first, so the next run finds whatever a killed
 * run has left. Throws `ServiceError`.
 */
export async function keepCanary(deps: CanaryDeps, source: Place, deadline: number): Promise<void> {
  const { now, everyMs } = deps;
  const ruleSet = await deps.rules.getFresh(source);
  const destinations = pairsOf(source, ruleSet).map(({ destination }) => formatPlace(destination));
  const open = await openCanaries(deps, source);
  // One canary at a time: a second one would show no more.
  const isAwaited = open.some(({ removed }) => !removed);
  const newest = Math.max(await lastSent(deps, source), ...open.map(({ at }) => at));
  if (destinations.length > 0 && !isAwaited && now() - newest >= everyMs)
    open.push(await send(deps, source, destinations));
  for (const one of open) {
    if (now() >= deadline) return;
    await look(deps, source, one, Math.min(deadline, now() + CANARY_WATCH_MS));
  }
}

async function lastSent(deps: CanaryDeps, source: Place): Promise<number> {
  const known = await readResults(deps, source);
  return Math.max(0, ...Object.values(known?.destinations ?? {}).map(({ sentAt }) => sentAt ?? 0));
}

async function send(deps: CanaryDeps, source: Place, destinations: readonly string[]): Promise<Canary> {
  const id = deps.unique();
  const secret = deps.unique();
  const one: Canary = { id, secret, at: deps.now(), destinations, versionId: null, arrived: {}, removed: false };
  // P50b: The record is there before the canary. So no canary is ever unknown, and no other key counts as one.
  await putCanary(deps, source, one);
  await note(deps, source, one, {});
  const body = bodyOf(one);
  const { versionId } = await deps.there.putObject(source, keyOfCanary(id), body, { contentType: 'text/plain' });
  if (isNull(versionId)) return one;
  const written = { ...one, versionId };
  await putCanary(deps, source, written);
  return written;
}

async function look(deps: CanaryDeps, source: Place, one: Canary, until: number): Promise<void> {
  const { cos, state, now } = deps;
  if (one.removed) {
    if (now() - one.at < CANARY_FORGOTTEN_MS) return;
    // A delayed copy has landed by now, or never will.
    await remove(deps, source, one);
    await cos.deleteObject(state, recordName(source, one.id));
    return;
  }
  const seen = await watch(deps, source, one, until);
  const isOver = seen.destinations.every((name) => Object.hasOwn(seen.arrived, name));
  const isLost = !isOver && now() - one.at >= CANARY_LOST_MS;
  if (isOver || isLost || isUnwritten(seen, now())) {
    await remove(deps, source, seen);
    await putCanary(deps, source, { ...seen, removed: true });
  } else if (seen !== one) await putCanary(deps, source, seen);
  // The note is renewed each minute while the canary is awaited; otherwise it would count as out of date.
  if (!isOver) await note(deps, source, seen, {}, isLost);
}

/** The write was refused and can no longer take effect. Another canary may be sent, and the time of waiting goes on. */
const isUnwritten = ({ at, versionId }: Canary, now: number): boolean =>
  versionId === null && now - at > SIGNATURE_LIFE_MS;

/** Waits until the canary has arrived everywhere or the time is over, and writes down each lag that it measures. */
async function watch(deps: CanaryDeps, source: Place, one: Canary, until: number): Promise<Canary> {
  const { there, now, sleep } = deps;
  const key = keyOfCanary(one.id);
  let seen = one;
  const written = await there.headObject(source, key);
  // The write was refused or is in progress, or somebody removed the canary.
  if (!written.found) return seen;
  if (seen.versionId === null && isOurs(written.head, seen))
    seen = { ...seen, versionId: written.head.versionId ?? null };
  for (;;) {
    const lags: Record<string, number> = {};
    for (const name of seen.destinations) {
      if (Object.hasOwn(seen.arrived, name)) continue;
      const found = await there.headObject(parsePlace(name), key).catch(() => undefined);
      if (found?.found !== true || !isOurs(found.head, one)) continue;
      seen = { ...seen, arrived: { ...seen.arrived, [name]: found.head.versionId ?? '' } };
      lags[name] = Math.max(0, Math.round((refOfHead(found.head).time - refOfHead(written.head).time) / 1000));
    }
    if (Object.keys(lags).length > 0) await note(deps, source, seen, lags);
    const isOver = seen.destinations.every((name) => Object.hasOwn(seen.arrived, name));
    if (isOver || now() + CANARY_POLL_MS >= until) return seen;
    await sleep(CANARY_POLL_MS);
  }
}

/**
 * Whether the version holds the canary's bytes. A version of somebody else has other bytes, unless its writer has
 * copied those of the canary, and then nothing is lost.
 */
const isOurs = (head: ObjectHead, one: Canary): boolean => !isNull(head.versionId) && isOursAnyhow(head, one);

/**
 * True also for a canary that was written while versioning was suspended. It has arrived nowhere, but must be removed.
 */
function isOursAnyhow({ size, crc64, versionId }: ObjectHead, one: Canary): boolean {
  const body = bodyOf(one);
  const checksum = new Crc64();
  checksum.add(body);
  // A deletion without an ID could make a delete marker.
  return size === body.length && crc64 === checksum.value && versionId !== undefined;
}

/**
 * Removes the canary at the source first. Otherwise a look that finds the source's version and no replica would make
 * the replica again.
 */
async function remove({ there }: CanaryDeps, source: Place, one: Canary): Promise<void> {
  const key = keyOfCanary(one.id);
  const known = (name: string): readonly string[] => (one.arrived[name] === undefined ? [] : [one.arrived[name]]);
  await removeAt(there, source, key, one, one.versionId === null ? [] : [one.versionId]);
  for (const name of one.destinations) await removeAt(there, parsePlace(name), key, one, known(name));
}

/** Removes the known versions, and any version of the canary that a run wrote without getting an answer. */
async function removeAt(
  there: CanaryDeps['there'],
  place: Place,
  key: string,
  one: Canary,
  known: readonly string[],
): Promise<void> {
  // P50c: Canaries are removed by version ID, and nothing else is.
  for (const versionId of known) await there.deleteObject(place, key, versionId);
  for (;;) {
    const found = await there.headObject(place, key);
    // P50d: Versions that others wrote under the key stay.
    if (!found.found || !isOursAnyhow(found.head, one)) return;
    await there.deleteObject(place, key, found.head.versionId);
  }
}

/** Adds the lags that were measured now to the results, and the destinations that still wait. */
async function note(
  deps: CanaryDeps,
  source: Place,
  one: Canary,
  lags: Readonly<Record<string, number>>,
  isLost = false,
): Promise<void> {
  const before = (await readResults(deps, source))?.destinations ?? {};
  const results = one.destinations.map((name): [string, CanaryResult] => {
    const known = Object.hasOwn(before, name) ? before[name] : undefined;
    const lag = lags[name];
    const isThere = Object.hasOwn(one.arrived, name);
    return [
      name,
      {
        lagMs: lag === undefined ? (known?.lagMs ?? null) : lag,
        sentAt: lag === undefined ? (known?.sentAt ?? null) : one.at,
        // One that was given up has not arrived either: the wait goes on until a canary does.
        waitingSince: isThere ? null : (known?.waitingSince ?? one.at),
        lost: (known?.lost ?? 0) + (isLost && !isThere ? 1 : 0),
      },
    ];
  });
  await putResults(deps, source, {
    measuredAt: deps.now(),
    everyMs: deps.everyMs,
    destinations: Object.fromEntries(results),
  });
}
