import { before, instead, mistake, without, type Mistake } from './mistake.ts';

/** Mistakes about the run that looks at a key, its time, and the run that continues unfinished work. */
export const TURNS: readonly Mistake[] = [
  mistake(
    'a run that finds a key taken leaves no knock',
    ['hot-key', 200],
    instead('P21', 'return undefined;'),
    instead('P21b', 'return TOLD;'),
    instead('P21c', "const knocked = 'waiting' as string;"),
  ),
  mistake(
    'the lease is released after a write with unknown outcome',
    ['late-deletions', 600],
    instead('P22', 'await giveUp(run, turns, held);'),
  ),
  mistake(
    'the record of a killed run is ignored',
    ['late-deletions', 600],
    instead('P22b', 'const depth = { floor: lease.floor, since: work.since };'),
    // This would repair the fault within a quarter of an hour.
    instead('P28', 'if (left < Infinity) return true;'),
  ),
  mistake(
    'a run does not look for a knock when it releases the key',
    ['hot-key', 100],
    instead('P41', 'if (isDone) await turns.knocks.takeAway(work);'),
    instead('P41b', 'if (floor !== -1) return undefined;'),
  ),
  mistake(
    'a knock is removed after the look that it asked for',
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
    'a run that knocks does not check whether the key is still held',
    'test/functions/replicate/unfinished.test.ts',
    instead('P43', 'if (taken.name) return TOLD;'),
    instead('P43b', "return knocked === 'left' ? TOLD : ofAcquired(run, turns, acquired);"),
  ),
  mistake(
    'a knock that nobody heard is left behind',
    'test/functions/replicate/unfinished.test.ts',
    instead('P44', 'const digest = readLeaseName(name)?.digest;'),
  ),
  mistake(
    'a failing run forgets how deep a look a knock asked for',
    'test/functions/task/handler.test.ts',
    instead('P44b', 'const task = taskOf(left, whyOf(report.error), now, earlier);'),
  ),
  mistake('late delete markers are not looked for', ['late-deletions', 600], without('P22c')),
  mistake(
    'expired leases are removed',
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
    'a lease is released under the number 0 instead of its own',
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
    'unfinished work gets no task',
    ['parts', 100],
    instead('P26', 'return undefined;'),
    instead('P26b', 'return undefined;'),
  ),
  mistake('deferred work starts at once', ['late-deletions', 200], instead('P26c', 'await this.submit(task);')),
  mistake(
    'a run looks no deeper than the youngest task of its key asks',
    ['bursts', 100],
    instead('P27', 'floor: Math.max(...tasks.map((task) => task.floor)),'),
  ),
  mistake(
    'nobody looks for a copy that takes effect after its run has ended',
    ['orphaned-copies', 60, 120],
    instead('P28', 'if (left < Infinity) return true;'),
  ),
  mistake('a key is free while a copy may still take effect', ['awaited-copies', 100], without('P51')),
  mistake(
    'a key is kept for a copy that has already taken effect',
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
