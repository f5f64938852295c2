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

/** Whose turn it is at a key: what a run needs to find out, and to tell others. */
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
  /** A knock was taken away: others rely on this look. */
  readonly knocked: boolean;
}

export type Taken =
  | Held
  /** `until`: ms since 1970, local clock. */
  | { readonly kind: 'busy'; readonly until: number }
  /** The run that has the key looks once more before it is done, so this run has nothing left to do. */
  | { readonly kind: 'told' };

const TOLD: Taken = { kind: 'told' };

/**
 * Takes the key, or tells the run that has it. `knock`: how deep the look has to be that a knock asked for, in microseconds
 * since 1970; undefined: nobody has knocked. Throws `CosError`.
 */
export async function take(run: Taking, turns: Turns, knock: number | undefined): Promise<Taken> {
  const { work } = run;
  const { knocks } = turns;
  if (knock !== undefined) return ofAcquired(run, turns, await acquire(run, turns, knock));
  const date = mayKnock(work) ? knocks.dateIfTaken(work) : undefined;
  // It was taken a moment ago, so it probably is: then one request tells the holder, and nothing else need be asked.
  if (date !== undefined) return knockFirst(run, turns, date);
  const [source, acquired] = await Promise.allSettled([
    // P1b: What the event names is not asked for: what is current counts.
    run.heads.source(),
    acquire(run, turns, work.floor),
  ]);
  if (acquired.status === 'rejected') throw acquired.reason;
  if (acquired.value.kind === 'taken')
    // P21b: Whoever has the key is told.
    return tell(run, turns, acquired.value, source.status === 'fulfilled' ? source.value.date : undefined);
  // One round trip for both, and neither is older than the other.
  if (source.status === 'fulfilled')
    return { kind: 'held', lease: acquired.value.lease, source: source.value, knocked: false };
  await giveUp(run, turns, { lease: acquired.value.lease, knocked: false });
  throw source.reason;
}

/** A task or a scan asks for more than a knock can say. */
const mayKnock = (work: Work): boolean =>
  !work.thorough && !work.compare && work.uploads.length === 0 && work.fresh === Number.NEGATIVE_INFINITY;

async function acquire(run: Taking, { leases, started, end }: Turns, floor: number): Promise<Acquired> {
  const { work } = run;
  const facts = { floor: Math.min(work.floor, floor), since: Math.min(work.since, started - CLOCK_DOUBT_MS) };
  const ask = (landed?: string) =>
    at('state', () => leases.acquire(work, facts, end, { thorough: work.thorough, landed }));
  const acquired = await ask();
  if (acquired.kind === 'held' || acquired.awaited === undefined) return acquired;
  // P51b: The key is kept for a copy alone, and the copy is there.
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
  // P43b: Held after the knock was there, so it is heard when the key is given back.
  return acquired.kind === 'taken' && knocked === 'left' ? TOLD : ofAcquired(run, turns, acquired);
}

/** `date`: COS's time, ms since 1970, as far as it is known. */
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
    // It was given back before anybody could hear.
    const acquired = await acquire(run, turns, knocks.floorAt(work.floor, date));
    return acquired.kind === 'taken' ? TOLD : ofAcquired(run, turns, acquired);
  });
}

/**
 * Waits a moment before a key is given back that others ask for as well: they come by the dozen, and a look at ten versions
 * costs little more than one at a single version. Undefined: nobody has knocked, or a deeper look is wanted than this lease
 * has on record.
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

/** First the key, then the knock goes, then the source is read: whoever finds no knock any more knocks anew. */
async function ofAcquired(run: Taking, turns: Turns, acquired: Acquired): Promise<Taken> {
  if (acquired.kind === 'taken') return { kind: 'busy', until: run.deps.now() + acquired.remaining };
  const { lease } = acquired;
  try {
    const floor = await at('state', () => turns.knocks.floor(run.work));
    // Since it was read somebody else may have heard it, and a deeper one has come: that is heard when this look is over.
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

/** A write with unknown outcome makes the lease the record to go on from, so it is kept then. */
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
 * The work is not done. What broken-off runs and those who knocked have left becomes a task of its own before it goes with the
 * lease; where that cannot be written either it stays, and `schedule` finds it.
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

/**
 * The key is looked at once more. Until then nobody else knows of a knock that was taken away, so it is put back.
 */
export async function giveBack(run: Taking, { leases, knocks }: Turns, { lease, knocked }: Held): Promise<void> {
  if (knocked) await at('state', () => knocks.putBack(run.work, lease.floor));
  await leases.giveBack(lease);
}
