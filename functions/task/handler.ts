import { taskOf, workOfTasks, type Engine, type Work } from '../../shared/replication/index.ts';
import { createConfirm, isHeard, isPaused, logEnd, rulesOf, whatIsLeft } from '../../shared/runs/index.ts';
import { samePlace, type Place } from '../../shared/cos/index.ts';
import { giveHelp } from './help.ts';
import { readCosEvent, type Run } from '../../shared/scf/index.ts';
import { isHelpName, kindOf, nextTry, TASKS, type Task, type TaskObject } from '../../shared/tasks/index.ts';

/** Runs the durable tasks named in an event of the state bucket. */
export async function runTasks(engine: Engine, state: Place, event: unknown, run: Run): Promise<void> {
  const names = readCosEvent(event, (problem) => run.log({ message: problem }))
    .filter(({ type, place, key }) => type === 'created' && samePlace(place, state) && key.startsWith(TASKS))
    .map(({ key }) => key);
  for (const name of names) await runTask(engine, name, run);
}

async function runTask(engine: Engine, name: string, run: Run): Promise<void> {
  if (isHelpName(name)) return giveHelp(engine, name, run);
  const named = await engine.tasks.load(name);
  if (named === undefined) return;
  // Listed before the key is looked at: a later task may concern a version that this look does not see.
  const found = withNamed(await engine.tasks.ofKey(named.task), named);
  const asked = engine.now();
  const ruleSet = await engine.rules.getFresh(named.task.source);
  const group = rulesOf(ruleSet, named.task);
  if (group === undefined && isPaused(ruleSet, named.task)) return pause(engine, found, named.task, run);
  // P31: The work that a killed run has left of a removed rule is taken up.
  if (group === undefined) return drop(engine, found, named.task, run);
  const tasks = found.map(({ task }) => task);
  const isInForce = createConfirm(engine, named.task, group, { latest: Promise.resolve(ruleSet), asked });
  await finish(engine, found, workOfTasks(tasks, named.task, group.rules), run, isInForce);
}

/** The wait grows a few times but not to hours: a user who enables the rule again wants to see an effect. */
const PAUSED_ATTEMPTS = 4;

/**
 * The rule is disabled, perhaps for a moment. Its work goes on when it is enabled again, and is dropped only with the
 * rule.
 */
async function pause(engine: Engine, found: readonly TaskObject[], task: Task, run: Run): Promise<void> {
  const { deps, leases, knocks, tasks, now } = engine;
  const earlier = found.map((one) => one.task);
  const left = taskOf(workOfTasks(earlier, task, []), 'RuleDisabled', now(), earlier);
  const acquired = await leases.acquire(task, left, run.deadline, { thorough: true });
  // The work that killed runs have left is written down with it, and so is a knock. Otherwise each would become a task
  // each minute.
  const { floor: deep, since } = acquired.kind === 'held' ? acquired.lease : left;
  const floor = Math.min(deep, (await knocks.floor(task)) ?? deep);
  const due = nextTry(task, Math.min(left.attempts, PAUSED_ATTEMPTS), { ...deps, now: now() });
  await tasks.replace(found, { ...left, floor, since }, due);
  await knocks.takeAway(task);
  if (acquired.kind === 'held') await leases.release(acquired.lease);
}

/**
 * No rule covers this work any more. The work that a killed run left is taken up; otherwise it would become a task each
 * minute.
 */
async function drop(engine: Engine, found: readonly TaskObject[], task: Task, run: Run): Promise<void> {
  run.log({ message: 'out of scope', key: task.key, tasks: found.length });
  // P32c: No run will look at the key again.
  await engine.abandon(found.map((one) => one.task));
  const acquired = await engine.leases.acquire(task, { floor: 0, since: Number.POSITIVE_INFINITY }, run.deadline, {
    thorough: true,
  });
  await engine.knocks.takeAway(task);
  if (acquired.kind === 'held') await engine.leases.release(acquired.lease);
  // P31b: Work that no rule covers ends.
  await engine.tasks.complete(found);
}

/** A listing may lag behind, so the task that started this run is added in any case. */
const withNamed = (found: readonly TaskObject[], named: TaskObject): readonly TaskObject[] =>
  found.some(({ name }) => name === named.name) ? found : [...found, named];

async function finish(
  engine: Engine,
  found: readonly TaskObject[],
  work: Work,
  run: Run,
  isInForce: () => Promise<boolean>,
): Promise<void> {
  const { behind, converge, deps, knocks, tasks, now } = engine;
  const earlier = found.map(({ task }) => task);
  const report = await converge(work, run.deadline, isInForce);
  const left = whatIsLeft(work, report, { ...deps, now: now(), earlier });
  logEnd(run, work, report, left);
  if (left === undefined) await tasks.complete(found);
  else await tasks.replace(found, left.task, left.due === 'now' ? now() : left.due);
  if (isHeard(report)) await knocks.takeAway(work);
  // Noted after the work is safe. If it cannot be written, the other work starts when it is due.
  if (report.state === 'done' && earlier.some((task) => kindOf(task) === 'failed'))
    await Promise.all([tasks.recovered(work.destination).catch(() => undefined), behind.answers(work)]);
}
