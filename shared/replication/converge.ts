import type { HeadResult } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import { refOfHead } from '../identity/index.ts';
import type { Lease, Leases } from '../tasks/index.ts';
import { copyVersion, lift, raise } from './act/copy.ts';
import { hide, mark } from './act/delete-marker.ts';
import { abandonUploads } from './act/multipart/uploads.ts';
import { bringProperties } from './act/properties.ts';
import { remove } from './act/remove.ts';
import { plan } from './decide/plan.ts';
import { at, OrderTooDeep, Unsettled } from './errors.ts';
import { isHalt, LOOK_AGAIN, type Ending, type Halt } from './halt.ts';
import { examine, type Examined } from './look/candidates.ts';
import { observe } from './look/observe.ts';
import { shortLook } from './look/short.ts';
import { sourceOf } from './look/source.ts';
import type { Depth } from './look/stack.ts';
import { createRun, progressOf, type KeyRun, type Needs } from './run/run.ts';
import type { EngineDeps } from './settings.ts';
import { isOwn, type End, type Recheck, type Report, type SkipReason, type Step, type Work } from './types.ts';
import { taskOf } from './work.ts';
import { BUSY_MS, CLOCK_DOUBT_MS, LANDING_MS } from '../durations/index.ts';

/** Looks at one key in one run that bring nothing about; a key that changes under all of them is finished by a task. */
const ROUNDS = 50;

/** What a look has come to. */
interface Looked {
  /** Another one is needed at once. */
  readonly again: boolean;
  /** ms since 1970: when what was done on the word of listings has to be looked at again. */
  readonly recheckAt?: number;
}

/**
 * Brings one key at one destination up to date with its source. Reads the truth on both sides, decides, acts and looks
 * again until nothing newer has come meanwhile; a crash at any point leaves a state from which the next run goes on.
 *
 * No step is begun after `time.stop`, and the platform ends the run at `time.end` (ms since 1970). `isInForce` is asked
 * before anything is written: whether the rules of the work are still those that count. Never rejects: an error is the
 * report's end. With outcome `unknown` the lease is kept, because a write may still take effect, and whoever sweeps expired
 * leases makes a task of it.
 */
export async function converge(
  deps: EngineDeps & { readonly leases: Leases },
  work: Work,
  time: { readonly stop: number; readonly end: number },
  isInForce?: () => Promise<boolean>,
): Promise<Report> {
  const run = createRun(deps, work, { stop: time.stop, isInForce });
  run.gate.prepare();
  const end = await lookUntilDone(run, deps.leases, time.end).catch((error: unknown): End => ({
    state: 'failed',
    error,
  }));
  const { deeds, verdicts, uploads } = run;
  return { ...deeds.counts, skipped: [...verdicts.skipped.values()], uploads: uploads.all, ...end };
}

async function lookUntilDone(run: KeyRun, leases: Leases, end: number): Promise<End> {
  const { deps, work, books, uploads } = run;
  const started = deps.now();
  /** IDs of the source's entries that any look has seen. */
  const seen = new Set<string>();
  // Only a full look tells what has become of uploads, and what else is written to a bucket that is a source too.
  let full = work.full || uploads.all.length > 0 || books.destination !== undefined;
  let before = -1;
  let recheckAt: number | undefined;
  for (let idle = 0; idle < ROUNDS; idle += 1) {
    const over = run.time.over();
    if (over) return endOf(run, over);
    const progress = progressOf(run);
    if (progress > before) idle = 0;
    before = progress;
    // P3: Nothing is read before the key is taken, but the source beside it.
    const taken = await take(run, leases, started, end);
    if (taken.kind === 'busy') return { state: 'busy', until: taken.until };
    const { lease, source } = taken;
    const broken = lease.inherited.length > 0;
    // P22b: The run goes on from what broken-off runs have left.
    const depth = { floor: lease.floor, since: broken ? lease.since : work.since };
    const looked = await holding(run, leases, lease, () => oneLook(run, source, full || broken, depth, seen));
    if (isHalt(looked)) return endOf(run, looked);
    recheckAt = looked.recheckAt ?? recheckAt;
    // P1c: The source is asked once more, for what came meanwhile.
    if (!looked.again && !(await hasChanged(run, seen, source))) return done(run, started, recheckAt);
    full = true;
  }
  throw new Unsettled(work.key);
}

function endOf(run: Needs<'deeds' | 'verdicts' | 'passed'>, ending: Ending): End {
  if (ending.halt === 'rules-changed') return { state: 'rules-changed' };
  return { state: 'handed-over', progress: ending.progress || progressOf(run) > 0 };
}

/** The source's current version and the lease, asked for together: one round trip, and neither is older than the other. */
async function take(
  run: Needs<'deps' | 'work' | 'heads' | 'uploads'>,
  leases: Leases,
  started: number,
  end: number,
): Promise<{ kind: 'held'; lease: Lease; source: HeadResult } | { kind: 'busy'; until: number }> {
  const { deps, work, heads } = run;
  const facts = { floor: work.floor, since: Math.min(work.since, started - CLOCK_DOUBT_MS) };
  const [source, acquired] = await Promise.allSettled([
    // P1b: What the event names is not asked for: what is current counts.
    heads.source(),
    at('state', () => leases.acquire(work, facts, end, work.thorough)),
  ]);
  if (acquired.status === 'rejected') throw acquired.reason;
  if (acquired.value.kind === 'taken') return { kind: 'busy', until: deps.now() + acquired.value.remaining };
  if (source.status === 'fulfilled') return { kind: 'held', lease: acquired.value.lease, source: source.value };
  await giveUp(run, leases, acquired.value.lease);
  throw source.reason;
}

/**
 * Gives the lease back whatever happens, unless a write with unknown outcome makes it the record to go on from. What
 * broken-off runs had left goes with it only when the look is the last one: until then it is all that is known of them.
 */
async function holding(
  run: Needs<'deps' | 'work' | 'uploads'>,
  leases: Leases,
  lease: Lease,
  look: () => Promise<Looked | Ending>,
): Promise<Looked | Ending> {
  let looked: Looked | Ending;
  try {
    looked = await look();
  } catch (error) {
    // P22: After an unknown outcome the lease stays.
    if (!(error instanceof ServiceError) || error.outcome === 'none') await giveUp(run, leases, lease);
    throw error;
  }
  if (isHalt(looked)) await giveUp(run, leases, lease);
  else if (!looked.again && (await recordLateCopies(run, lease))) await leases.release(lease);
  else await leases.giveBack(lease);
  return looked;
}

/**
 * A copy that a broken-off run has asked for may take longer than its lease lives, and lands on top of what has come since.
 * Nobody waits for that: another look, when it must have landed, puts things right. False: it could not be written down, so
 * the records of those runs have to stay.
 */
async function recordLateCopies(
  { deps, work, uploads }: Needs<'deps' | 'work' | 'uploads'>,
  { endedAgo, floor, since }: Lease,
): Promise<boolean> {
  const left = endedAgo === undefined ? 0 : LANDING_MS - endedAgo;
  // P28: A copy that a broken-off run asked for may still land.
  if (left <= 0) return true;
  const task = taskOf({ ...work, floor, since, compare: false, uploads: uploads.all }, 'settle', deps.now());
  const due = deps.now() + left + deps.settings.settleMs;
  const written = await at('state', () => deps.tasks.defer(task, due)).catch(() => undefined);
  return written !== undefined;
}

/**
 * The work is not done. What broken-off runs have left becomes a task of its own before it goes with the lease; where that
 * cannot be written either it stays, and `schedule` finds it.
 */
async function giveUp(
  { deps, work, uploads }: Needs<'deps' | 'work' | 'uploads'>,
  leases: Leases,
  lease: Lease,
): Promise<void> {
  if (lease.inherited.length === 0) return leases.release(lease);
  const { floor, since } = lease;
  const task = taskOf({ ...work, floor, since, uploads: uploads.all }, 'lease', deps.now());
  const written = await at('state', () => deps.tasks.defer(task, deps.now() + BUSY_MS)).catch(() => undefined);
  await (written === undefined ? leases.giveBack(lease) : leases.release(lease));
}

/** Adds to `seen`. */
async function oneLook(
  run: KeyRun,
  source: HeadResult,
  full: boolean,
  depth: Depth,
  seen: Set<string>,
): Promise<Looked | Ending> {
  if (source.found) seen.add(refOfHead(source.head).id);
  const looked = (full ? undefined : await actOnShortLook(run, source)) ?? (await fullLook(run, source, depth, seen));
  return isHalt(looked) && looked.halt === 'look-again' ? { again: true } : looked;
}

/** Undefined: the two current versions alone do not tell. */
async function actOnShortLook(run: KeyRun, source: HeadResult): Promise<Looked | Halt | undefined> {
  const look = await shortLook(run, source);
  if (isHalt(look)) return look;
  if (look.kind === 'full') return undefined;
  if (look.kind === 'skip') run.verdictLog.skip(look.skip);
  const halt = look.kind === 'copy' && (await copyVersion(run, look.candidate, look.base, look.named));
  return halt || { again: false };
}

async function fullLook(run: KeyRun, source: HeadResult, depth: Depth, known: Set<string>): Promise<Looked | Halt> {
  const { deps, books } = run;
  const seen = await observe(run, source, depth);
  if (isHalt(seen)) return seen;
  for (const { id } of seen.sourceOrder) known.add(id);
  const examined = await examine(run, source, seen);
  if (isHalt(examined)) return examined;
  const planned = plan(examined.observation, examined.excluded, laterOf(run, examined));
  if (planned.kind === 'too-deep') throw new OrderTooDeep(planned.count);
  // Before the first write: what is written on top of a replica that cannot follow would hide it for good.
  for (const step of planned.steps) if (step.kind === 'raise' && step.item.unreadable) await sourceOf(run, step.item);
  const before = progressOf(run);
  for (const step of planned.steps) {
    const halt = await act(run, step, examined);
    if (halt) return halt;
  }
  // A removal that could not be justified is planned at every look, and brings nothing about.
  const hasActed = progressOf(run) > before;
  // P32: Uploads that this look had no use for are aborted.
  if (!examined.truncated) await abandonUploads(run);
  // Last: what is missing matters more, and must not wait for requests that may be refused.
  const halt = await bringProperties(run, seen);
  if (halt) return halt;
  return {
    // Where others write too, what was written is looked at again: of two that write at once the later one sees both.
    again: examined.truncated || (books.destination !== undefined && hasActed),
    // Listings may lack the last seconds on either side: a newer version, or a replica that the run before this one made.
    ...(seen.doubtful || hasActed ? { recheckAt: deps.now() + deps.settings.settleMs } : {}),
  };
}

/** Reasons for which a version is passed over that may be gone tomorrow, without anybody writing the version anew. */
const PASSING: ReadonlySet<SkipReason> = new Set(['archived', 'kms-not-selected', 'dangling-link']);

/** IDs of versions that may be copied some day: a newer replica must not say that nothing is missing below it. */
function laterOf(
  { verdicts, passed: { unread } }: Needs<'verdicts' | 'passed'>,
  { observation }: Examined,
): ReadonlySet<string> {
  const passed = observation.entries.filter(
    ({ versionId, ref }) => unread.has(ref.id) || PASSING.has(verdicts.skipped.get(versionId)?.reason as SkipReason),
  );
  return new Set(passed.map(({ ref }) => ref.id));
}

async function act(run: KeyRun, step: Step, { candidates }: Examined): Promise<Halt | undefined> {
  const over = run.time.over();
  if (over) return over;
  switch (step.kind) {
    case 'copy': {
      const candidate = candidates.get(step.entry.ref.id);
      return candidate === undefined ? LOOK_AGAIN : copyVersion(run, candidate, step.base);
    }
    case 'raise':
      return raise(run, step.item, step.base);
    case 'mark':
      return mark(run);
    case 'lift':
      return lift(run, step.item);
    case 'hide':
      return hide(run, step.rank);
    default:
      return remove(run, step.item, step.keep);
  }
}

/** Asked after the lease was given back: whoever found the key taken before has left a task, but that one waits. */
async function hasChanged({ heads }: Needs<'heads'>, seen: ReadonlySet<string>, before: HeadResult): Promise<boolean> {
  const current = await heads.source();
  return current.found ? !seen.has(refOfHead(current.head).id) : before.found;
}

function done({ deeds, work }: Needs<'deeds' | 'work'>, started: number, recheckAt: number | undefined): End {
  if (recheckAt === undefined) return { state: 'done' };
  // Delete markers were made on the word of listings: should they turn out to hide the current version, they are ours.
  const since = deeds.counts.marked > 0 ? Math.min(work.since, started - CLOCK_DOUBT_MS) : work.since;
  const floor = deeds.written.reduce(
    (least, item) => (isOwn(item) ? Math.min(least, item.marker.ref.time) : least),
    work.floor,
  );
  const lookAgain: Recheck = { at: recheckAt, since, floor };
  return { state: 'done', lookAgain };
}
