import type { HeadResult } from '../cos/index.ts';
import type { Lease } from '../tasks/index.ts';
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
import { createRun, progressOf, type KeyRun, type Needs, type PartsCopier } from './run/run.ts';
import type { EngineDeps } from './settings.ts';
import { giveBack, giveUp, giveUpAfter, linger, take, type Held, type Turns } from './taking.ts';
import { isOwn, type End, type Recheck, type Report, type Step, type Work } from './types.ts';
import { taskOf } from './work.ts';
import { CLOCK_DOUBT_MS, LANDING_MS } from '../durations/index.ts';

/** Looks at one key in one run that bring nothing about; a key that changes under all of them is finished by a task. */
const ROUNDS = 50;

/** The outcome of a look. */
interface Looked {
  /** Another one is needed at once. */
  readonly again: boolean;
  /** ms since 1970: when what was done on the word of listings has to be looked at again. */
  readonly recheckAt?: number;
}

/**
 * Brings one key at one destination up to date with its source. Reads the truth on both sides, decides, acts and looks
 * again until nobody has asked for another look meanwhile; a crash at any point leaves a state from which the next run goes on.
 *
 * No step is begun after `time.stop`, and the platform ends the run at `time.end` (ms since 1970). `isInForce` is asked
 * before anything is written: whether the rules of the work are still those that count. Never rejects: an error is the
 * report's end. With outcome `unknown` the lease is kept, because a write may still take effect, and whoever sweeps expired
 * leases makes a task of it.
 */
export async function converge(
  deps: EngineDeps & Pick<Turns, 'leases' | 'knocks' | 'sleep'> & { readonly inParts?: PartsCopier | undefined },
  work: Work,
  time: { readonly stop: number; readonly end: number },
  isInForce?: () => Promise<boolean>,
): Promise<Report> {
  const run = createRun(deps, work, { stop: time.stop, isInForce, leases: deps.leases, inParts: deps.inParts });
  run.gate.prepare();
  const { leases, knocks, sleep } = deps;
  const turns = { leases, knocks, sleep, started: deps.now(), end: time.end };
  const end = await lookUntilDone(run, turns).catch(async (error: unknown): Promise<End> => {
    // A state bucket that does not answer is asked by the sweep of leases.
    const knock = await knocks.floor(work).catch(() => undefined);
    return { state: 'failed', error, ...(knock === undefined ? {} : { knock }) };
  });
  const { deeds, verdicts, uploads } = run;
  return { ...deeds.counts, skipped: [...verdicts.skipped.values()], uploads: uploads.all, ...end };
}

async function lookUntilDone(run: KeyRun, turns: Turns): Promise<End> {
  const { work, books, uploads } = run;
  // Only a full look tells what has become of uploads, and what else is written to a bucket that is a source too.
  let full = work.full || uploads.all.length > 0 || books.destination !== undefined;
  let before = -1;
  let recheckAt: number | undefined;
  let [deepest, knock]: [number, number | undefined] = [work.floor, undefined];
  let isDone = false;
  for (let idle = 0; idle < ROUNDS; idle += 1) {
    const over = run.time.over();
    if (over) return endOf(run, over);
    const progress = progressOf(run);
    if (progress > before) idle = 0;
    before = progress;
    // P3: Nothing is read before the key is taken, but the source beside it.
    const taken = await take(run, turns, knock);
    // The work that is left was asked for by others, and the run that has the key now hears of it.
    if (taken.kind === 'busy' && isDone) return done(run, turns, recheckAt, deepest);
    if (taken.kind === 'busy') return { state: 'busy', until: taken.until };
    if (taken.kind === 'told') return { state: 'told' };
    const { lease, knocked } = taken;
    const broken = lease.inherited.length > 0;
    if (knocked) deepest = Math.min(deepest, lease.floor);
    // P22b: The run goes on from what broken-off runs have left.
    const depth = { floor: lease.floor, since: broken ? lease.since : work.since };
    const looked = await holding(run, turns, taken, () => looks(run, turns, taken, full || broken || knocked, depth));
    if (isHalt(looked)) return endOf(run, looked);
    recheckAt = looked.recheckAt ?? recheckAt;
    // P42d: What has come since the look began is not taken away.
    isDone = !looked.again;
    // P41: After the key was given back.
    if (isDone) knock = await at('state', () => turns.knocks.floor(work));
    else knock = knocked ? lease.floor : undefined;
    if (isDone && knock === undefined) return done(run, turns, recheckAt, deepest);
    full = true;
  }
  throw new Unsettled(work.key);
}

function endOf(run: Needs<'deeds' | 'verdicts' | 'passed'>, ending: Ending): End {
  if (ending.halt === 'rules-changed') return { state: 'rules-changed' };
  return { state: 'handed-over', progress: ending.progress || progressOf(run) > 0 };
}

/**
 * Gives the lease back whatever happens, unless a write with unknown outcome makes it the record to go on from. What
 * broken-off runs had left goes with it only when the look is the last one: until then it is all that is known of them.
 */
async function holding(
  run: Needs<'deps' | 'work' | 'time' | 'heads' | 'books' | 'hold' | 'uploads'>,
  turns: Turns,
  held: Held,
  look: () => Promise<Looked | Ending>,
): Promise<Looked | Ending> {
  run.hold.begin(held.lease);
  let looked: Looked | Ending;
  try {
    looked = await look();
  } catch (error) {
    await giveUpAfter(run, turns, held, error);
    throw error;
  }
  if (isHalt(looked)) await giveUp(run, turns, held);
  else if (looked.again) await giveBack(run, turns, held);
  else if (await recordLateCopies(run, held.lease)) await turns.leases.release(held.lease);
  else await turns.leases.giveBack(held.lease);
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

/** Looks, and goes on while others ask for it. */
async function looks(run: KeyRun, turns: Turns, held: Held, full: boolean, depth: Depth): Promise<Looked | Ending> {
  let looked = await oneLook(run, held, full, depth);
  while (!isHalt(looked) && !looked.again) {
    const next = await linger(run, turns, held);
    if (next === undefined) break;
    // P42c: What has come since the look began is not taken away.
    looked = run.time.over() ?? (await oneLook(run, next, true, depth));
  }
  return looked;
}

async function oneLook(run: KeyRun, { source, knocked }: Held, full: boolean, depth: Depth): Promise<Looked | Ending> {
  const { deps } = run;
  const looked = (full ? undefined : await actOnShortLook(run, source)) ?? (await fullLook(run, source, depth));
  if (isHalt(looked)) return looked.halt === 'look-again' ? { again: true } : looked;
  // The run that knocked had a version to name, which listings may not show yet.
  return knocked ? { ...looked, recheckAt: deps.now() + deps.settings.settleMs } : looked;
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

async function fullLook(run: KeyRun, source: HeadResult, depth: Depth): Promise<Looked | Halt> {
  const { deps, books } = run;
  const seen = await observe(run, source, depth);
  if (isHalt(seen)) return seen;
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

/**
 * IDs of versions that were passed over and may be copied some day, because they are restored, or a rule or a limit changes: a
 * newer replica must not say that they were there.
 */
function laterOf(
  { verdicts, passed: { unread } }: Needs<'verdicts' | 'passed'>,
  { observation }: Examined,
): ReadonlySet<string> {
  const passed = observation.entries.filter(
    ({ versionId, ref }) => unread.has(ref.id) || verdicts.skipped.has(versionId),
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

/** `deepest`: what any look of the run was asked for at the most, in microseconds since 1970. */
function done(
  { deeds, work }: Needs<'deeds' | 'work'>,
  { started }: Turns,
  recheckAt: number | undefined,
  deepest: number,
): End {
  if (recheckAt === undefined) return { state: 'done' };
  // Delete markers were made on the word of listings: should they turn out to hide the current version, they are ours.
  const since = deeds.counts.marked > 0 ? Math.min(work.since, started - CLOCK_DOUBT_MS) : work.since;
  const floor = deeds.written.reduce(
    (least, item) => (isOwn(item) ? Math.min(least, item.marker.ref.time) : least),
    deepest,
  );
  const lookAgain: Recheck = { at: recheckAt, since, floor };
  return { state: 'done', lookAgain };
}
