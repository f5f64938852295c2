import { causeOf, HandOver, taskOf, workOfEvent, type Engine, type Work } from '../../shared/replication/index.ts';
import { candidatesFor, type Candidates, type RuleSet } from '../../shared/rules/index.ts';
import { samePlace, type Place } from '../../shared/cos/index.ts';
import { readCosEvent, type ObjectEvent, type Run } from '../../shared/scf/index.ts';
import { BUSY_MS } from '../../shared/tasks/index.ts';

/** What the platform is told: how many destinations were brought up to date, and how many were left to tasks. */
export interface Summary {
  readonly done: number;
  readonly deferred: number;
}

/** Brings the keys named in a COS event up to date at every destination of every matching rule. */
export async function replicate(engine: Engine, sources: readonly Place[], event: unknown, run: Run): Promise<Summary> {
  const events = readCosEvent(event, (problem) => run.log({ message: problem })).filter(
    ({ type, place }) =>
      (type === 'created' || type === 'marker' || type === 'restored') && sources.some((one) => samePlace(one, place)),
  );
  const outcomes = await Promise.allSettled(events.map((one) => replicateKey(engine, one, run)));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  const states = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
  const done = states.filter((state) => state === 'done').length;
  return { done, deferred: states.length - done };
}

type State = 'done' | 'deferred';

/**
 * Works by the rules at hand and asks for those of this moment meanwhile. A rule that was stored before the object was
 * written must not be missed because an instance still remembers the rules before it.
 */
async function replicateKey(engine: Engine, event: ObjectEvent, run: Run): Promise<readonly State[]> {
  const { known, fresh } = engine.rules.getBoth(event.place);
  const bring = (groups: readonly Candidates[]): Promise<readonly State[]> =>
    Promise.all(
      groups.map(({ destination, rules }) => {
        const target = { source: event.place, destination, key: event.key };
        return bringUpToDate(engine, workOfEvent(event, target, rules), run);
      }),
    );
  const [first, now] = await Promise.allSettled([
    known.then(async (ruleSet) => {
      const groups = groupsOf(ruleSet, event.key);
      return { groups, states: await bring(groups) };
    }),
    fresh,
  ]);
  if (first.status === 'rejected') throw first.reason;
  if (now.status === 'rejected') throw now.reason;
  const { groups, states } = first.value;
  const done = new Set(groups.map((group) => JSON.stringify(group)));
  const others = groupsOf(now.value, event.key).filter((group) => !done.has(JSON.stringify(group)));
  return [...states, ...(await bring(others))];
}

const groupsOf = (ruleSet: RuleSet | undefined, key: string): readonly Candidates[] =>
  ruleSet === undefined ? [] : candidatesFor(ruleSet, key);

/** What cannot be finished now is written down as a task; only if even that fails the platform has to try again. */
async function bringUpToDate({ converge, tasks, now }: Engine, work: Work, run: Run): Promise<State> {
  try {
    const report = await converge(work, run.deadline);
    if (report.skipped.length > 0) run.log({ message: 'skipped', key: work.key, skipped: report.skipped });
    if (report.state === 'busy') {
      await tasks.defer(
        taskOf(work, 'taken', now()),
        Math.min(now() + BUSY_MS, report.until ?? Number.POSITIVE_INFINITY),
      );
      return 'deferred';
    }
    if (report.lookAgain !== undefined) {
      const { at, since } = report.lookAgain;
      await tasks.defer(taskOf({ ...work, since }, 'settle', now()), at);
    }
    return 'done';
  } catch (error) {
    run.log({ message: 'left to a task', key: work.key, cause: causeOf(error) });
    const task = taskOf(work, causeOf(error), now());
    if (error instanceof HandOver) await tasks.submit(task);
    else await tasks.defer(task, now() + BUSY_MS);
    return 'deferred';
  }
}
