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
  /** For sources and destinations: tries once and not for long, because the next minute tries again. */
  readonly there: Pick<Cos, 'headObject' | 'putObject' | 'deleteObject'>;
  readonly rules: Pick<RuleStore, 'getFresh'>;
  /** ms since 1970. */
  readonly now: () => number;
  /** Letters and digits, never given twice. */
  readonly unique: () => string;
  readonly sleep: (ms: number) => Promise<void>;
  /** ms between two canaries. */
  readonly everyMs: number;
}

const bodyOf = ({ id, secret = '' }: Canary): Uint8Array =>
  new TextEncoder().encode(`COS Replication canary ${id} ${secret}`.trim());

/**
 * Each minute, for one source: sends a canary when one is due, waits a while for those that are under way, and removes what
 * has arrived or was given up. Its record is written before it, so a run that is killed anywhere leaves nothing behind that
 * the next one does not find. Throws `ServiceError`.
 */
export async function keepCanary(deps: CanaryDeps, source: Place, deadline: number): Promise<void> {
  const { now, everyMs } = deps;
  const ruleSet = await deps.rules.getFresh(source);
  const destinations = pairsOf(source, ruleSet).map(({ destination }) => formatPlace(destination));
  const open = await openCanaries(deps, source);
  // One at a time: what is awaited tells as much as a second one would.
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
  // P50b: The record is there before the canary: nothing of it is ever unknown, and nobody else's key counts as one.
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
    // A copy that was held up has landed by now, or never will.
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
  // Said anew each minute while it is awaited, or nobody would know that it still is.
  if (!isOver) await note(deps, source, seen, {}, isLost);
}

/** Its write was refused and can take no effect any more. Another one may be sent, and what is awaited stays so. */
const isUnwritten = ({ at, versionId }: Canary, now: number): boolean =>
  versionId === null && now - at > SIGNATURE_LIFE_MS;

/** Waits until it has arrived everywhere or the time is over, and writes down each lag that it sees. */
async function watch(deps: CanaryDeps, source: Place, one: Canary, until: number): Promise<Canary> {
  const { there, now, sleep } = deps;
  const key = keyOfCanary(one.id);
  let seen = one;
  const written = await there.headObject(source, key);
  // Its write was refused or is under way, or somebody removed it.
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

/** A version of others under the key has other bytes, unless they have read those of the canary and lose nothing by it. */
const isOurs = (head: ObjectHead, one: Canary): boolean => !isNull(head.versionId) && isOursAnyhow(head, one);

/** Also one that was written while versioning was suspended: it has arrived nowhere, and must go all the same. */
function isOursAnyhow({ size, crc64, versionId }: ObjectHead, one: Canary): boolean {
  const body = bodyOf(one);
  const checksum = new Crc64();
  checksum.add(body);
  // Without any ID a deletion could make a delete marker.
  return size === body.length && crc64 === checksum.value && versionId !== undefined;
}

/** At the source first: a look that finds the source's version and no replica would make the replica again. */
async function remove({ there }: CanaryDeps, source: Place, one: Canary): Promise<void> {
  const key = keyOfCanary(one.id);
  const known = (name: string): readonly string[] => (one.arrived[name] === undefined ? [] : [one.arrived[name]]);
  await removeAt(there, source, key, one, one.versionId === null ? [] : [one.versionId]);
  for (const name of one.destinations) await removeAt(there, parsePlace(name), key, one, known(name));
}

/** Versions that are known, and those under the key that a run may have written whose answer never came. */
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
    // P50d: What others wrote under the key stays.
    if (!found.found || !isOursAnyhow(found.head, one)) return;
    await there.deleteObject(place, key, found.head.versionId);
  }
}

/** Adds to what canaries have shown: the lags that were seen now, and who is still awaited. */
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
        waitingSince: isThere || isLost ? null : (known?.waitingSince ?? one.at),
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
