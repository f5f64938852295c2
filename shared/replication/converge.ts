import { ServiceError } from '../errors/index.ts';
import type { HeadResult } from '../cos/index.ts';
import { BUSY_MS, type Lease, type Leases } from '../tasks/index.ts';
import { copyVersion, hide, lift, mark, raise } from './act/copy.ts';
import { bringProperties } from './act/properties.ts';
import { remove } from './act/remove.ts';
import { HandOver, OrderTooDeep, Unsettled } from './errors.ts';
import { examine, type Examined } from './look/candidates.ts';
import { abandonUploads } from './act/multipart/uploads.ts';
import { LookAgain, observe } from './look/observe.ts';
import { plan } from './decide/plan.ts';
import { CLOCK_DOUBT_MS, Session, type EngineDeps } from './session.ts';
import { shortLook } from './look/short.ts';
import { sourceOf } from './look/source.ts';
import { isOwn, type Report, type SkipReason, type Step, type Work } from './types.ts';
import { LANDING_MS, refOfHead } from '../identity/index.ts';
import { taskOf } from './work.ts';

/** Looks at one key in one run that bring nothing about; a key that changes under all of them is finished by a task. */
const ROUNDS = 50;

/**
 * Brings one key at one destination up to date with its source. Reads the truth on both sides, decides, acts and looks
 * again until nothing newer has come meanwhile; a crash at any point leaves a state from which the next run goes on.
 *
 * No step is begun after `time.stop`, and the platform ends the run at `time.end` (ms since 1970). `confirm` is asked
 * before anything is written, and throws where the rules of the work are no longer those that count. Throws `ServiceError`;
 * with `outcome` `unknown` the lease is kept, because a write may still take effect, and whoever sweeps expired leases makes
 * a task of it.
 */
export async function converge(
  deps: EngineDeps & { readonly leases: Leases },
  work: Work,
  time: { readonly stop: number; readonly end: number },
  confirm?: () => Promise<void>,
): Promise<Report> {
  const session = new Session(deps, work, time.stop, confirm);
  try {
    return await lookUntilDone(session, deps.leases, time.end);
  } catch (error) {
    if (error instanceof HandOver && session.progress > 0) error.progress = true;
    throw error;
  }
}

async function lookUntilDone(session: Session, leases: Leases, end: number): Promise<Report> {
  const { deps, work } = session;
  const started = deps.now();
  // Only a full look tells what has become of uploads, and what else is written to a bucket that is a source too.
  let full = work.full || work.uploads.size > 0 || session.marks !== undefined;
  let before = -1;
  for (let idle = 0; idle < ROUNDS; idle += 1) {
    session.checkTime();
    if (session.progress > before) idle = 0;
    before = session.progress;
    const taken = await take(session, leases, started, end);
    if (taken.kind === 'busy') return report(session, started, 'busy', taken.until);
    const { lease, source } = taken;
    const broken = lease.inherited.length > 0;
    const again = await holding(session, leases, lease, () =>
      oneLook(session, source, full || broken, { floor: lease.floor, since: broken ? lease.since : work.since }),
    );
    if (!again && !(await hasChanged(session, source))) return report(session, started, 'done');
    full = true;
  }
  throw new Unsettled(work.key);
}

/** The source's current version and the lease, asked for together: one round trip, and neither is older than the other. */
async function take(
  session: Session,
  leases: Leases,
  started: number,
  end: number,
): Promise<{ kind: 'held'; lease: Lease; source: HeadResult } | { kind: 'busy'; until: number }> {
  const { work } = session;
  const facts = { floor: work.floor, since: Math.min(work.since, started - CLOCK_DOUBT_MS) };
  const [source, acquired] = await Promise.allSettled([
    session.headSource(),
    session.at('state', () => leases.acquire(work, facts, end, work.thorough)),
  ]);
  if (acquired.status === 'rejected') throw acquired.reason;
  if (acquired.value.kind === 'taken') return { kind: 'busy', until: session.deps.now() + acquired.value.remaining };
  if (source.status === 'fulfilled') return { kind: 'held', lease: acquired.value.lease, source: source.value };
  await giveUp(session, leases, acquired.value.lease);
  throw source.reason;
}

/**
 * Gives the lease back whatever happens, unless a write with unknown outcome makes it the record to go on from. What
 * broken-off runs had left goes with it only when the look is the last one: until then it is all that is known of them.
 */
async function holding(session: Session, leases: Leases, lease: Lease, look: () => Promise<boolean>): Promise<boolean> {
  let again: boolean;
  try {
    again = await look();
  } catch (error) {
    if (!(error instanceof ServiceError) || error.outcome === 'none') await giveUp(session, leases, lease);
    throw error;
  }
  if (again) await leases.giveBack(lease);
  else if (await recordLateCopies(session, lease)) await leases.release(lease);
  else await leases.giveBack(lease);
  return again;
}

/**
 * A copy that a broken-off run has asked for may take longer than its lease lives, and lands on top of what has come since.
 * Nobody waits for that: another look, when it must have landed, puts things right. False: it could not be written down, so
 * the records of those runs have to stay.
 */
async function recordLateCopies(session: Session, { endedAgo, floor, since }: Lease): Promise<boolean> {
  const { deps, work } = session;
  const left = endedAgo === undefined ? 0 : LANDING_MS - endedAgo;
  if (left <= 0 || deps.tasks === undefined) return true;
  const task = taskOf({ ...work, floor, since, compare: false }, 'settle', deps.now());
  const due = deps.now() + left + deps.settings.settleMs;
  const written = await session.at('state', async () => deps.tasks?.defer(task, due)).catch(() => undefined);
  return written !== undefined;
}

/**
 * The work is not done. What broken-off runs have left becomes a task of its own before it goes with the lease; where that
 * cannot be written either it stays, and `schedule` finds it.
 */
async function giveUp(session: Session, leases: Leases, lease: Lease): Promise<void> {
  const { deps, work } = session;
  if (lease.inherited.length === 0) return leases.release(lease);
  const task = taskOf({ ...work, floor: lease.floor, since: lease.since }, 'lease', deps.now());
  const written = await session
    .at('state', async () => deps.tasks?.defer(task, deps.now() + BUSY_MS))
    .catch(() => undefined);
  await (written === undefined ? leases.giveBack(lease) : leases.release(lease));
}

/** Returns whether another look is needed at once. */
async function oneLook(
  session: Session,
  source: HeadResult,
  full: boolean,
  facts: { readonly floor: number; readonly since: number },
): Promise<boolean> {
  session.current = source;
  if (source.found) session.seen.add(refOfHead(source.head).id);
  try {
    if (!full) {
      const look = await shortLook(session, source);
      if (look.kind === 'copy') await copyVersion(session, look.candidate, look.base, look.named);
      if (look.kind !== 'full') return false;
    }
    return await fullLook(session, source, facts);
  } catch (error) {
    if (error instanceof LookAgain) return true;
    throw error;
  }
}

async function fullLook(
  session: Session,
  source: HeadResult,
  facts: { readonly floor: number; readonly since: number },
): Promise<boolean> {
  const seen = await observe(session, source, facts);
  const examined = await examine(session, seen);
  const planned = plan(examined.observation, examined.excluded, laterOf(session, examined));
  if (planned.kind === 'too-deep') throw new OrderTooDeep(planned.count);
  // Before the first write: what is written on top of a replica that cannot follow would hide it for good.
  for (const step of planned.steps)
    if (step.kind === 'raise' && step.item.unreadable) await sourceOf(session, step.item);
  const before = session.progress;
  for (const step of planned.steps) await act(session, step, examined);
  // A removal that could not be justified is planned at every look, and brings nothing about.
  const hasActed = session.progress > before;
  if (!examined.truncated) await abandonUploads(session);
  // Last: what is missing matters more, and must not wait for requests that may be refused.
  await bringProperties(session, seen);
  if (seen.doubtful || hasActed) noteLag(session);
  // Where others write too, what was written is looked at again: of two that write at once the later one sees both.
  return examined.truncated || (session.marks !== undefined && hasActed);
}

/** Reasons for which a version is passed over that may be gone tomorrow, without anybody writing the version anew. */
const PASSING: ReadonlySet<SkipReason> = new Set(['archived', 'kms-not-selected', 'dangling-link']);

/** IDs of versions that may be copied some day: a newer replica must not say that nothing is missing below it. */
function laterOf({ skipped, passed: { unread } }: Session, { observation }: Examined): ReadonlySet<string> {
  const passed = observation.entries.filter(
    ({ versionId, ref }) => unread.has(ref.id) || PASSING.has(skipped.get(versionId)?.reason as SkipReason),
  );
  return new Set(passed.map(({ ref }) => ref.id));
}

async function act(session: Session, step: Step, { candidates }: Examined): Promise<void> {
  session.checkTime();
  switch (step.kind) {
    case 'copy': {
      const candidate = candidates.get(step.entry.ref.id);
      if (candidate === undefined) throw new LookAgain();
      return copyVersion(session, candidate, step.base);
    }
    case 'raise':
      return raise(session, step.item, step.base);
    case 'mark':
      return mark(session);
    case 'lift':
      return lift(session, step.item);
    case 'hide':
      return hide(session, step.rank);
    case 'remove':
      return remove(session, step.item, step.keep);
  }
}

/**
 * Listings may lack the last seconds on either side: a newer version at the source, or a replica that the run before this
 * one made. What was done on their word is looked at again when they have settled.
 */
function noteLag(session: Session): void {
  session.lookAgain = session.deps.now() + session.deps.settings.settleMs;
}

/** Asked after the lease was given back: whoever found the key taken before has left a task, but that one waits. */
async function hasChanged(session: Session, before: HeadResult): Promise<boolean> {
  const current = await session.headSource();
  return current.found ? !session.seen.has(refOfHead(current.head).id) : before.found;
}

function report(session: Session, started: number, state: Report['state'], until?: number): Report {
  // Delete markers were made on the word of listings: should they turn out to hide the current version, they are ours.
  const since = session.counts.marked > 0 ? Math.min(session.work.since, started - CLOCK_DOUBT_MS) : session.work.since;
  const floor = session.written.reduce(
    (least, item) => (isOwn(item) ? Math.min(least, item.marker.ref.time) : least),
    session.work.floor,
  );
  return {
    state,
    ...(until === undefined ? {} : { until }),
    ...session.counts,
    skipped: [...session.skipped.values()],
    ...(session.lookAgain === undefined ? {} : { lookAgain: { at: session.lookAgain, since, floor } }),
  };
}
