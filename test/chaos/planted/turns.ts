import { instead, mistake, without, type Mistake } from './mistake.ts';

/** Who looks at a key, when, and who goes on from what a run has left. */
export const TURNS: readonly Mistake[] = [
  mistake('a key found taken leaves no task', ['bursts', 600], instead('P21', 'return undefined;')),
  mistake(
    'the lease is given back after a write with unknown outcome',
    ['late-deletions', 600],
    instead('P22', 'await giveUp(run, leases, lease);'),
  ),
  mistake(
    'the record of a run that broke off is not heeded',
    ['late-deletions', 600],
    instead('P22b', 'const depth = { floor: lease.floor, since: work.since };'),
    // Would put right in a quarter of an hour what this leaves.
    instead('P28', 'if (left < Infinity) return true;'),
  ),
  mistake('late delete markers are not looked for', ['late-deletions', 600], without('P22c')),
  mistake(
    'expired leases are cleared away',
    ['late-deletions', 600],
    instead(
      'P22d',
      `const taken = await leases.acquire(target, facts, deadline, true);
       if (taken.kind === 'held') await leases.release(taken.lease);
       return;`,
    ),
  ),
  mistake(
    'who takes over an expired lease removes the record',
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
    ['bursts', 3000],
    instead(
      'P25',
      'export const taskName = (digest: string, unique: string): string => `${TASKS}${digest}/${unique.slice(0, 2)}`;',
    ),
  ),
  mistake(
    'what could not be finished is not written down',
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
    ['orphaned-copies', 60],
    instead('P28', 'if (left < Infinity) return true;'),
  ),
];
