import { before, instead, mistake, without, type Mistake } from './mistake.ts';

/** Mistakes about the run that looks at a key, its time, and the run that goes on with unfinished work. */
export const TURNS: readonly Mistake[] = [
  mistake(
    'a run that finds a key taken tells nobody',
    ['hot-key', 200],
    instead('P21', 'return undefined;'),
    instead('P21b', 'return TOLD;'),
    instead('P21c', "const knocked = 'waiting' as string;"),
  ),
  mistake(
    'the lease is given back after a write with unknown outcome',
    ['late-deletions', 600],
    instead('P22', 'await giveUp(run, turns, held);'),
  ),
  mistake(
    'the record of a run that broke off is not heeded',
    ['late-deletions', 600],
    instead('P22b', 'const depth = { floor: lease.floor, since: work.since };'),
    // This would mend the fault within a quarter of an hour.
    instead('P28', 'if (left < Infinity) return true;'),
  ),
  mistake(
    'nobody listens for a knock when the key is given back',
    ['hot-key', 100],
    instead('P41', 'if (isDone) await turns.knocks.takeAway(work);'),
    instead('P41b', 'if (floor !== -1) return undefined;'),
  ),
  mistake(
    'a knock is taken away after the look that it asked for',
    ['hot-key', 200],
    without('P42'),
    without('P42b'),
    instead(
      'P42c',
      `looked = run.time.over() ?? (await oneLook(run, next, true, depth));
    await turns.knocks.takeAway(run.work);`,
    ),
    before('P42d', 'if (knocked) await turns.knocks.takeAway(work);'),
  ),
  mistake(
    'a run that knocks does not ask whether the key is still held',
    'test/functions/replicate/unfinished.test.ts',
    instead('P43', 'if (taken.name) return TOLD;'),
    instead('P43b', "return knocked === 'left' ? TOLD : ofAcquired(run, turns, acquired);"),
  ),
  mistake(
    'a knock that nobody heard is left where it is',
    'test/functions/replicate/unfinished.test.ts',
    instead('P44', 'const digest = readLeaseName(name)?.digest;'),
  ),
  mistake(
    'a run that fails forgets how deep a knock asks to look',
    'test/functions/task/handler.test.ts',
    instead('P44b', 'const task = taskOf(left, whyOf(report.error), now, earlier);'),
  ),
  mistake('late delete markers are not looked for', ['late-deletions', 600], without('P22c')),
  mistake(
    'expired leases are cleared away',
    ['late-deletions', 600],
    instead(
      'P22d',
      `const taken = await leases.acquire(target, facts, deadline, { thorough: true });
       if (taken.kind === 'held') await leases.release(taken.lease);
       return;`,
    ),
  ),
  mistake(
    'a run that takes over an expired lease removes the record',
    ['late-deletions', 600],
    instead('P23', "await this.#deps.cos.deleteObject(this.#deps.state, name);\n return 'again';"),
  ),
  mistake(
    'a lease is released under the number 0, whatever its own',
    ['late-deletions', 50],
    instead('P23b', "const names = [lease.name.replace(/\\d+$/, '0')];"),
  ),
  mistake(
    'a lease ends before its holder',
    ['bursts', 100],
    instead('P24', 'const record = { source, destination, key, ...merged, id, duration: -1900 };'),
  ),
  mistake(
    'tasks of a key share one name',
    'test/shared/tasks/tasks.test.ts',
    instead(
      'P25',
      'export const taskName = (digest: string, unique: string): string => `${TASKS}${digest}/${unique.slice(0, 0)}one`;',
    ),
  ),
  mistake(
    'unfinished work is not written down',
    ['parts', 100],
    instead('P26', 'return undefined;'),
    instead('P26b', 'return undefined;'),
  ),
  mistake('work that is put off starts at once', ['late-deletions', 200], instead('P26c', 'await this.submit(task);')),
  mistake(
    'a task looks no deeper than the youngest of its key',
    ['bursts', 100],
    instead('P27', 'floor: Math.max(...tasks.map((task) => task.floor)),'),
  ),
  mistake(
    'nobody looks for a copy that lands after its run was given up',
    ['orphaned-copies', 60, 120],
    instead('P28', 'if (left < Infinity) return true;'),
  ),
  mistake('a key is free while a copy may still land there', ['awaited-copies', 100], without('P51')),
  mistake(
    'a key is kept for a copy that has landed',
    'test/functions/replicate/late-copy.test.ts',
    instead('P51b', 'return acquired;'),
  ),
  mistake(
    'each run puts a failed key off to a moment of its own',
    'test/functions/task/doubled.test.ts',
    instead('P52', 'const offset = Math.floor(Math.random() * half);'),
  ),
  mistake(
    'a further try takes the name of the one before',
    'test/functions/task/doubled.test.ts',
    instead('P52b', 'const says = JSON.stringify([[...hints].sort(), floor, since, cause, uploads, attempts > 1e9]);'),
  ),
];
