import { ServiceError } from '../errors/index.ts';
import type { HeadResult } from '../cos/index.ts';
import { type Acquired, type Knocks, type Lease, type Leases } from '../tasks/index.ts';
import { at } from './errors.ts';
import { claimAt } from './look/claim.ts';
import { ownMarker } from '../identity/index.ts';
import type { Needs } from './run/run.ts';
import type { Work } from './types.ts';
import { taskOf } from './work.ts';
import { BUSY_MS, CLOCK_DOUBT_MS, LINGER_MS } from '../durations/index.ts';

type Taking = Needs<'deps' | 'work' | 'time' | 'heads' | 'books' | 'uploads'>;

/** Decides whose turn it is at a key: leases and knocks. */
export interface Turns {
  readonly leases: Leases;
  readonly knocks: Knocks;
  /** When this run began, and when the platform ends it; ms since 1970. */
  readonly started: number;
  readonly end: number;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface Held {
  readonly kind: 'held';
  readonly lease: Lease;
  /** The source's current version, read after the key was taken. */
  readonly source: HeadResult;
  /** A knock was deleted, so others rely on this look. */
  readonly knocked: boolean;
}

export type Taken =
  | Held
  /** `until`: ms since 1970, local clock. */
  | { readonly kind: 'busy'; readonly until: number }
  /** The run that has the key looks once more before it is done, so nothing is left for this run. */
  | { readonly kind: 'told' };

const TOLD: Taken = { kind: 'told' };

/**
 * Takes the key, or signals the run that has it. `knock`: the depth that a knock asks for, in microseconds since 1970;
 * undefined when nobody has knocked. Throws `CosError`.
 */
export async function take(run: Taking, turns: Turns, knock: number | undefined): Promise<Taken> {
  const { work } = run;
  const { knocks } = turns;
  if (knock !== undefined) return ofAcquired(run, turns, await acquire(run, turns, knock));
  const date = mayKnock(work) ? knocks.dateIfTaken(work) : undefined;
  // The key was taken a moment ago and probably still is: one request signals the holder, and no other is needed.
  if (date !== undefined) return knockFirst(run, turns, date);
  const [source, acquired] = await Promise.allSettled([
    // P1b: The version that the event names is not requested; the current one counts.
    run.heads.source(),
    acquire(run, turns, work.floor),
  ]);
  if (acquired.status === 'rejected') throw acquired.reason;
  if (acquired.value.kind === 'taken')
    // P21b: The run that has the key gets a knock.
    return tell(run, turns, acquired.value, source.status === 'fulfilled' ? source.value.date : undefined);
  // One round trip for both, and neither is older than the other.
  if (source.status === 'fulfilled')
    return { kind: 'held', lease: acquired.value.lease, source: source.value, knocked: false };
  await giveUp(run, turns, { lease: acquired.value.lease, knocked: false });
  throw source.reason;
}

/** A task or a scan asks for more than a knock can express. */
const mayKnock = (work: Work): boolean =>
  !work.thorough && !work.compare && work.uploads.length === 0 && work.fresh === Number.NEGATIVE_INFINITY;

async function acquire(run: Taking, { leases, started, end }: Turns, floor: number): Promise<Acquired> {
  const { work } = run;
  const facts = { floor: Math.min(work.floor, floor), since: Math.min(work.since, started - CLOCK_DOUBT_MS) };
  const ask = (landed?: string) =>
    at('state', () => leases.acquire(work, facts, end, { thorough: work.thorough, landed }));
  const acquired = await ask();
  if (acquired.kind === 'held' || acquired.awaited === undefined) return acquired;
  // P51b: The key is kept only for a copy, and the copy has landed.
  return (await hasLanded(run, acquired.awaited)) ? ask(acquired.awaited) : acquired;
}

/** Whether the current version at the destination is the replica of this attempt. */
async function hasLanded(run: Taking, attempt: string): Promise<boolean> {
  const there = await run.heads.destination();
  if (!there.found) return false;
  const claim = await claimAt(run, there.head, 'destination');
  return ownMarker(claim)?.id === attempt;
}

async function knockFirst(run: Taking, turns: Turns, date: number): Promise<Taken> {
  const { work } = run;
  const { knocks } = turns;
  // P21c: The knock is there before this run ends.
  const knocked = await at('state', () => knocks.knock(work, work.floor, date));
  if (knocked === 'waiting') return TOLD;
  const acquired = await acquire(run, turns, knocks.floorAt(work.floor, date));
  // P43b: The key was held after the knock was there, so the holder hears it when it gives the key back.
  return acquired.kind === 'taken' && knocked === 'left' ? TOLD : ofAcquired(run, turns, acquired);
}

/** `date`: COS's time in ms since 1970, if known. */
async function tell(
  run: Taking,
  turns: Turns,
  taken: Acquired & { kind: 'taken' },
  date: number | undefined,
): Promise<Taken> {
  const { work } = run;
  const { knocks, leases } = turns;
  if (date === undefined || !mayKnock(work)) return ofAcquired(run, turns, taken);
  knocks.noteTaken(work, date);
  return at('state', async () => {
    const knocked = await knocks.knock(work, work.floor, date);
    if (knocked === 'shallow') return ofAcquired(run, turns, taken);
    // P43: The holder may have asked before the knock was there.
    if (knocked === 'waiting' || (await leases.isHeld(taken.name))) return TOLD;
    // The key was given back before the holder could hear the knock.
    const acquired = await acquire(run, turns, knocks.floorAt(work.floor, date));
    return acquired.kind === 'taken' ? TOLD : ofAcquired(run, turns, acquired);
  });
}

/**
 * Waits a moment before giving back a key that others ask for: they come in large numbers, and one look at ten versions
 * costs little more than a look at one. Undefined when nobody has knocked, or when a deeper look is needed than this
 * lease has on record.
 */
export async function linger(run: Taking, { knocks, sleep }: Turns, held: Held): Promise<Held | undefined> {
  const { work, deps, time } = run;
  if (!held.knocked || deps.now() + LINGER_MS >= time.stop) return undefined;
  await sleep(LINGER_MS);
  const floor = await at('state', () => knocks.floor(work));
  // P41b: Somebody has knocked.
  if (floor === undefined || floor < held.lease.floor) return undefined;
  // P42b: Before the look.
  await at('state', () => knocks.takeAway(work));
  return { ...held, source: await run.heads.source() };
}

/**
 * First the key is taken, then the knock is deleted, then the source is read: a run that finds no knock knocks anew.
 */
async function ofAcquired(run: Taking, turns: Turns, acquired: Acquired): Promise<Taken> {
  if (acquired.kind === 'taken') return { kind: 'busy', until: run.deps.now() + acquired.remaining };
  const { lease } = acquired;
  try {
    const floor = await at('state', () => turns.knocks.floor(run.work));
    // Another run may have heard the first knock, and a deeper one may have come since. It is heard when this look is
    // over.
    if (floor !== undefined && floor < lease.floor)
      return { kind: 'held', lease, source: await run.heads.source(), knocked: false };
    // P42: Before the look.
    await at('state', () => turns.knocks.takeAway(run.work));
    return { kind: 'held', lease, source: await run.heads.source(), knocked: true };
  } catch (error) {
    await giveUpAfter(run, turns, { lease, knocked: true }, error);
    throw error;
  }
}

/** After a write with unknown outcome the lease is kept, because it is the record to go on from. */
export async function giveUpAfter(
  run: Taking,
  turns: Turns,
  held: Pick<Held, 'lease' | 'knocked'>,
  error: unknown,
): Promise<void> {
  // P22: After an unknown outcome the lease stays.
  if (!(error instanceof ServiceError) || error.outcome === 'none') await giveUp(run, turns, held);
}

/**
 * The work is not done. The traces of killed runs, and knocks, become a task of their own before the lease is removed.
 * If that task cannot be written either, the lease stays, and `schedule` finds it.
 */
export async function giveUp(
  run: Taking,
  { leases }: Turns,
  { lease, knocked }: Pick<Held, 'lease' | 'knocked'>,
): Promise<void> {
  const { deps, work, uploads } = run;
  const broken = lease.inherited.length > 0;
  if (!broken && !knocked) return leases.release(lease);
  const facts = { floor: lease.floor, since: broken ? lease.since : work.since };
  const task = taskOf({ ...work, ...facts, uploads: uploads.all }, broken ? 'lease' : 'taken', deps.now());
  const written = await at('state', () => deps.tasks.defer(task, deps.now() + BUSY_MS)).catch(() => undefined);
  if (written !== undefined) await leases.release(lease);
  else if (!knocked) await leases.giveBack(lease);
}

/** The key will be looked at again. Until then nobody else knows of the deleted knock, so it is written again. */
export async function giveBack(run: Taking, { leases, knocks }: Turns, { lease, knocked }: Held): Promise<void> {
  if (knocked) await at('state', () => knocks.putBack(run.work, lease.floor));
  await leases.giveBack(lease);
}
