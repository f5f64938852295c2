import { mistake, type Mistake } from './mistake.ts';

const CONVERGE = 'shared/replication/converge.ts';
const LEASES = 'shared/tasks/leases.ts';
const PLAN = 'shared/replication/decide/plan.ts';
const SHORT = 'shared/replication/look/short.ts';
const EVENT = 'functions/replicate/handler.ts';

/** Who looks at a key, when, and who goes on from what a run has left. */
export const TURNS: readonly Mistake[] = [
  mistake(
    'a version missing between two replicas is taken for a lifecycle deletion',
    ['one-way', 400],
    [PLAN, '|| isGap(ref)', ''],
  ),
  mistake(
    'a key found taken leaves no task',
    ['bursts', 600],
    [
      EVENT,
      "if (left?.due === 'now') await tasks.submit(left.task);",
      "if (report.state === 'busy') return 'done';\n  if (left?.due === 'now') await tasks.submit(left.task);",
    ],
  ),
  mistake(
    'an event that names no version and finds all in sync is done',
    ['unnamed', 100],
    [SHORT, "named === 'this' && replica.named", 'true'],
  ),
  mistake(
    'the version that an event names is taken for the current one',
    ['bursts', 600],
    [SHORT, "=== head.versionId) ? 'this' : 'another';", "=== head.versionId) ? 'this' : 'this';"],
  ),
  mistake(
    'the destination is looked at before the key is taken',
    ['bursts', 300],
    [
      CONVERGE,
      'const taken = await take(',
      'Object.assign(run, { early: await run.heads.destination() });\n    const taken = await take(',
    ],
    [
      SHORT,
      'const there = await run.heads.destination();',
      'const there = (run as unknown as { early: HeadResult }).early;',
    ],
  ),
  mistake(
    'a 404 is taken for "nothing there"',
    ['bursts', 300],
    [SHORT, 'if (run.deps.settings.markerTold(destination)) return true;', 'if (destination) return true;'],
  ),
  mistake(
    'the lease is given back after a write with unknown outcome',
    ['late-deletions', 600],
    [
      CONVERGE,
      "if (!(error instanceof ServiceError) || error.outcome === 'none') await giveUp(run, leases, lease);",
      'await giveUp(run, leases, lease);',
    ],
  ),
  mistake(
    'the record of a run that broke off is not heeded',
    ['late-deletions', 600],
    [CONVERGE, 'since: broken ? lease.since : work.since', 'since: work.since'],
    // Would put right in a quarter of an hour what this leaves.
    [CONVERGE, 'if (left <= 0) return true;', 'if (left < Infinity) return true;'],
  ),
  mistake(
    'late delete markers are not looked for',
    ['late-deletions', 600],
    [PLAN, 'if (hidden !== undefined) reasons.push(hidden);', ''],
  ),
  mistake(
    'a lease ends before its holder',
    ['bursts', 100],
    [
      LEASES,
      'const record = { source, destination, key, ...merged, id, duration };',
      'const record = { source, destination, key, ...merged, id, duration: -1900 };',
    ],
  ),
  mistake(
    'who takes over an expired lease removes the record',
    ['late-deletions', 600],
    [
      LEASES,
      'below.push(holder);',
      "await this.#deps.cos.deleteObject(this.#deps.state, name);\n      return 'again';",
    ],
  ),
  mistake(
    'a lease is released under the number 0, whatever its own',
    ['late-deletions', 50],
    [LEASES, '[...lease.inherited, lease.name]', "[lease.name.replace(/\\d+$/, '0')]"],
  ),
  mistake(
    'expired leases are cleared away',
    ['late-deletions', 600],
    [
      'functions/schedule/handler.ts',
      'if ((await tasks.ofKey(target)).length > 0) return;',
      "const taken = await leases.acquire(target, facts, deadline, true);\n      if (taken.kind === 'held') await leases.release(taken.lease);\n      return;",
    ],
  ),
  mistake(
    'tasks of a key share one name',
    ['bursts', 3000],
    ['shared/tasks/names.ts', '`${TASKS}${digest}/${unique}`', '`${TASKS}${digest}/${unique.slice(0, 2)}`'],
  ),
  mistake(
    'what could not be finished is not written down',
    ['parts', 100],
    [
      EVENT,
      "if (left?.due === 'now') await tasks.submit(left.task);",
      "if (report.state === 'failed' || report.state === 'handed-over') return 'done';\n  if (left?.due === 'now') await tasks.submit(left.task);",
    ],
  ),
  mistake(
    'work that is put off starts at once',
    ['late-deletions', 200],
    ['shared/tasks/tasks.ts', 'await this.defer(task, due);', 'await this.submit(task);'],
  ),
  mistake(
    'a task looks no deeper than the youngest of its key',
    ['bursts', 100],
    ['shared/replication/work.ts', 'floor: Math.min(', 'floor: Math.max('],
  ),
  mistake(
    'nobody looks for a copy that lands after its run was given up',
    ['orphaned-copies', 60],
    [CONVERGE, 'if (left <= 0) return true;', 'if (left < Infinity) return true;'],
  ),
];
