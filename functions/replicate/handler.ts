import { causeOf, type Engine, type Work } from '../../shared/replication/index.ts';
import { ServiceError } from '../../shared/errors/index.ts';
import { createConfirm, isHeard, logEnd, sameRules, whatIsLeft, workOfEvent } from '../../shared/runs/index.ts';
import { isCanary } from '../../shared/canary/index.ts';
import { candidatesOfRun, CANARY_PREFIX, type Candidates, type RuleSet } from '../../shared/rules/index.ts';
import { timeOfVersionId } from '../../shared/identity/index.ts';
import { formatPlace, samePlace, type Place } from '../../shared/cos/index.ts';
import { readCosEvent, type ObjectEvent, type Run } from '../../shared/scf/index.ts';
import { EVENT_SLACK_MS, HELD_BACK_MS, LAST_TRY_MS } from '../../shared/durations/index.ts';
import { kindOf, type Target } from '../../shared/tasks/index.ts';

/** The answer to the platform: how many destinations were brought up to date, and how many were left to tasks. */
export interface Summary {
  readonly done: number;
  readonly deferred: number;
}

/** Brings the keys of a COS event up to date at every destination of every matching rule. */
export async function replicate(engine: Engine, sources: readonly Place[], event: unknown, run: Run): Promise<Summary> {
  const events = readCosEvent(event, (problem) => run.log({ message: problem })).filter(
    ({ type, place }) =>
      (type === 'created' || type === 'marker' || type === 'restored') && sources.some((one) => samePlace(one, place)),
  );
  const outcomes = await Promise.allSettled(events.map((one) => untilHeard(engine, one, run)));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  const states = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
  const done = states.filter((state) => state === 'done').length;
  return { done, deferred: states.length - done };
}

type State = 'done' | 'deferred';

/** ms between two tries of one run: the first pause, and the longest. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;

/**
 * While the state bucket fails, rules cannot be read and work cannot be written down. The platform tries a failed event
 * twice more and then drops it. So each of the three runs keeps trying for as long as it may and fails only then, which
 * covers an outage of four minutes. The next scan finds the versions that are written during a longer one.
 */
async function untilHeard(engine: Engine, event: ObjectEvent, run: Run): Promise<readonly State[]> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await replicateKey(engine, event, run);
    } catch (error) {
      const passing = error instanceof ServiceError && error.retryable;
      const wait = (pause / 2) * (1 + engine.random());
      if (!passing || engine.now() + wait >= run.deadline - LAST_TRY_MS) throw error;
      run.log({ message: 'the state bucket refuses', key: event.key, cause: causeOf(error) });
      await engine.sleep(wait);
    }
  }
}

/**
 * Starts with the remembered rules and fetches those in force in parallel. Nothing is written until both are known to
 * match. So fetching takes no extra time, no rule that was stored before the object is missed, and no removed rule is
 * followed. Events that have waited in a queue share one answer for half a second. Work that began by other rules
 * becomes a task like any unfinished work, and begins again by the rules in force.
 */
async function replicateKey(engine: Engine, event: ObjectEvent, run: Run): Promise<readonly State[]> {
  const { key, place } = event;
  if (key.startsWith(CANARY_PREFIX) && !(await isCanary(engine.deps, place, key))) return [];
  const { known, fresh, asked } = engine.rules.getBoth(place, writtenBy(event));
  const bring = async (group: Candidates) => {
    const target = { source: event.place, destination: group.destination, key: event.key };
    const isInForce = createConfirm(engine, target, group, { latest: fresh, asked });
    // Only the event names a restored version: no scan finds it.
    const piece = { work: workOfEvent(event, target, group.rules), isPlain: event.type !== 'restored' };
    await tellIfLate(engine, event, target);
    return { group, state: await bringUpToDate(engine, piece, run, isInForce) };
  };
  const groupsOf = (ruleSet: RuleSet | undefined): readonly Candidates[] =>
    ruleSet === undefined ? [] : candidatesOfRun(ruleSet, event.key);
  const [first, now] = await Promise.allSettled([
    known.then((ruleSet) => Promise.all(groupsOf(ruleSet).map(bring))),
    fresh,
  ]);
  if (first.status === 'rejected') throw first.reason;
  // The work that began has become tasks. Other destinations are not known, so the event must come again.
  if (now.status === 'rejected') throw now.reason;
  const others = groupsOf(now.value).filter((group) => !first.value.some((tried) => sameRules(tried.group, group)));
  return [...first.value, ...(await Promise.all(others.map(bring)))].map(({ state }) => state);
}

/** ms since 1970 by COS's clock, an upper bound for the time of the event's version; undefined when unknown. */
const writtenBy = ({ type, versionId, time }: ObjectEvent): number | undefined => {
  const named = type === 'created' && versionId !== undefined ? timeOfVersionId(versionId) : undefined;
  if (named !== undefined) return named / 1000;
  return time === undefined ? undefined : time + EVENT_SLACK_MS;
};

/** A failure here is ignored: the next late event reports it as well. */
async function tellIfLate({ behind, now }: Engine, { time = now() }: ObjectEvent, target: Target): Promise<void> {
  if (now() - time > HELD_BACK_MS) await behind.eventsAreLate(target, time).catch(() => undefined);
}

/** Leaves the work to a scan: the pair is marked, and the mark goes only with a scan that begins later than this. */
function leave(run: Run, { key, destination, hints }: Work): State {
  run.log({ message: 'left to a scan', key, destination: formatPlace(destination), versionIds: hints });
  return 'deferred';
}

/** Writes unfinished work down as a task. Only if that fails too, the platform has to try again. */
async function bringUpToDate(
  { behind, converge, deps, knocks, tasks, now }: Engine,
  { work, isPlain }: { readonly work: Work; readonly isPlain: boolean },
  run: Run,
  isInForce: () => Promise<boolean>,
): Promise<State> {
  if (isPlain && !(await behind.mayTry(work))) return leave(run, work);
  const report = await converge(work, run.deadline, isInForce);
  const left = whatIsLeft(work, report, { ...deps, now: now(), earlier: [] });
  if (report.state === 'done') await behind.succeeded(work);
  if (left !== undefined && kindOf(left.task) === 'failed' && (await behind.failed(work, left.task.cause))) {
    // A write of unknown outcome is on record in its lease.
    if (isPlain && left.task.uploads === undefined) return leave(run, work);
  }
  logEnd(run, work, report, left);
  if (left?.due === 'now') await tasks.submit(left.task);
  else if (left !== undefined) await tasks.defer(left.task, left.due);
  if (isHeard(report)) await knocks.takeAway(work);
  return report.state === 'done' ? 'done' : 'deferred';
}
