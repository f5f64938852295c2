import type { HeadResult } from '../cos/index.ts';
import type { Lease } from '../tasks/index.ts';
import { copyVersion, lift, raise } from './act/copy.ts';
import { hide, mark, stand } from './act/delete-marker.ts';
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

/** Looks at one key in one run without progress. A key that changes during all of them is left to a task. */
const ROUNDS = 50;

/** The outcome of a look. */
interface Looked {
  /** Another look is needed at once. */
  readonly again: boolean;
  /** ms since 1970: when steps that relied on listings have to be checked again. */
  readonly recheckAt?: number;
}

/**
 * Brings one key at one destination up to date with its source. Reads both sides, decides, acts and looks again until
 * nobody asks for another look. If it is killed at any point, the next run goes on from there.
 *
 * No step is begun after `time.stop`, and the platform ends the run at `time.end` (ms since 1970). `isInForce` is asked
 * before each write: are the rules of the work still in force? Never rejects: an error becomes the end of the report.
 * With outcome `unknown` the lease is kept, because a write may still take effect; the sweep of expired leases makes a
 * task of it.
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
    // If the state bucket does not answer, the sweep of leases finds the knock.
    const knock = await knocks.floor(work).catch(() => undefined);
    return { state: 'failed', error, ...(knock === undefined ? {} : { knock }) };
  });
  const { deeds, verdicts, uploads } = run;
  return { ...deeds.counts, skipped: [...verdicts.skipped.values()], uploads: uploads.all, ...end };
}

async function lookUntilDone(run: KeyRun, turns: Turns): Promise<End> {
  const { work, books, uploads } = run;
  // Only a full look shows the state of uploads, and the writes of others to a bucket that is also a source.
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
    // P3: Nothing is read before the key is taken, except the source in parallel.
    const taken = await take(run, turns, knock);
    // The remaining work was requested by others, and the run that has the key now hears of it.
    if (taken.kind === 'busy' && isDone) return done(run, turns, recheckAt, deepest);
    if (taken.kind === 'busy') return { state: 'busy', until: taken.until };
    if (taken.kind === 'told') return { state: 'told' };
    const { lease, knocked } = taken;
    const broken = lease.inherited.length > 0;
    if (knocked) deepest = Math.min(deepest, lease.floor);
    // P22b: The run goes on from the records of killed runs.
    const depth = { floor: lease.floor, since: broken ? lease.since : work.since };
    const looked = await holding(run, turns, taken, () => looks(run, turns, taken, full || broken || knocked, depth));
    if (isHalt(looked)) return endOf(run, looked);
    recheckAt = looked.recheckAt ?? recheckAt;
    // P42d: A knock that came after the look began is not deleted.
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
 * Gives the lease back in any case, unless a write with unknown outcome makes it the record to go on from. The records
 * of killed runs are removed with it only after the last look: until then nothing else knows of their writes.
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
 * A copy that a killed run has requested may take longer than its lease lives, and land on top of newer versions. No
 * run waits for it: another look, when it must have landed, puts the order right. Returns false when that look could
 * not be recorded; then the records of those runs have to stay.
 */
async function recordLateCopies(
  { deps, work, uploads }: Needs<'deps' | 'work' | 'uploads'>,
  { endedAgo, floor, since }: Lease,
): Promise<boolean> {
  const left = endedAgo === undefined ? 0 : LANDING_MS - endedAgo;
  // P28: A copy that a killed run requested may still land.
  if (left <= 0) return true;
  const task = taskOf({ ...work, floor, since, compare: false, uploads: uploads.all }, 'settle', deps.now());
  const due = deps.now() + left + deps.settings.settleMs;
  const written = await at('state', () => deps.tasks.defer(task, due)).catch(() => undefined);
  return written !== undefined;
}

/** Looks, and continues as long as others ask for it. */
async function looks(run: KeyRun, turns: Turns, held: Held, full: boolean, depth: Depth): Promise<Looked | Ending> {
  let looked = await oneLook(run, held, full, depth);
  while (!isHalt(looked) && !looked.again) {
    const next = await linger(run, turns, held);
    if (next === undefined) break;
    // P42c: A knock that came after the look began is not deleted.
    looked = run.time.over() ?? (await oneLook(run, next, true, depth));
  }
  return looked;
}

async function oneLook(run: KeyRun, { source, knocked }: Held, full: boolean, depth: Depth): Promise<Looked | Ending> {
  const { deps } = run;
  const looked = (full ? undefined : await actOnShortLook(run, source)) ?? (await fullLook(run, source, depth));
  if (isHalt(looked)) return looked.halt === 'look-again' ? { again: true } : looked;
  // The run that knocked named a version, which listings may not show yet.
  return knocked ? { ...looked, recheckAt: deps.now() + deps.settings.settleMs } : looked;
}

/** Undefined when the two current versions alone do not decide. */
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
  // Before the first write: a version that is written above a replica which cannot be copied again would hide it for
  // good.
  for (const step of planned.steps) if (step.kind === 'raise' && step.item.unreadable) await sourceOf(run, step.item);
  const before = progressOf(run);
  for (const step of planned.steps) {
    const halt = await act(run, step, examined);
    if (halt) return halt;
  }
  // A removal that could not be proved is planned at every look, and is no progress.
  const hasActed = progressOf(run) > before;
  // P32: Uploads that this look did not need are aborted.
  if (!examined.truncated) await abandonUploads(run);
  // Last, because missing versions matter more and must not wait for requests that may be refused.
  const halt = await bringProperties(run, seen);
  if (halt) return halt;
  return {
    // Where others write too, written keys are looked at again: of two runs that write at once, the later one sees both
    // writes.
    again: examined.truncated || (books.destination !== undefined && hasActed),
    // Listings may lack the last seconds on either side: a newer version, or a replica of the previous run.
    ...(seen.doubtful || hasActed ? { recheckAt: deps.now() + deps.settings.settleMs } : {}),
  };
}

/**
 * IDs of versions that may be copied some day, because they are restored, or their tags, a rule or a limit change. A
 * newer replica must not claim that they were there.
 */
function laterOf(
  { verdicts, passed: { unread } }: Needs<'verdicts' | 'passed'>,
  { observation }: Examined,
): ReadonlySet<string> {
  // P9b: Tags that leave a version out may change, and nothing else says that it is missing.
  const { skipped, leftOut } = verdicts;
  const passed = observation.entries.filter(
    ({ versionId, ref }) => unread.has(ref.id) || skipped.has(versionId) || leftOut.has(ref.id),
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
    case 'stand':
      return stand(run, step.item, step.rank);
    default:
      return remove(run, step.item, step.keep);
  }
}

/** `deepest`: the deepest floor of all looks of the run, in microseconds since 1970. */
function done(
  { deeds, work }: Needs<'deeds' | 'work'>,
  { started }: Turns,
  recheckAt: number | undefined,
  deepest: number,
): End {
  if (recheckAt === undefined) return { state: 'done' };
  // Listings decided that delete markers were made. If these turn out to hide the current version, they are ours.
  const since = deeds.counts.marked > 0 ? Math.min(work.since, started - CLOCK_DOUBT_MS) : work.since;
  const floor = deeds.written.reduce(
    (least, item) => (isOwn(item) ? Math.min(least, item.marker.ref.time) : least),
    deepest,
  );
  const lookAgain: Recheck = { at: recheckAt, since, floor };
  return { state: 'done', lookAgain };
}
