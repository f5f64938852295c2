import { describe, expect, it } from 'vitest';

import { nodeHash } from '../../../shared/cos/index.ts';
import { listPending, pendingOfKey, reattempt, requestedTask } from '../../../shared/tasks/index.ts';
import type { StateDeps, Target, Task } from '../../../shared/tasks/index.ts';
import { OTHER, START, STATE, TARGET, stateBucket } from './state.ts';

const LATER = START + 3_600_000;
const task = (more: Partial<Task> = {}): Task => ({ ...requestedTask(TARGET, START), cause: 'SlowDown', ...more });

function setUp() {
  const bucket = stateBucket();
  const { tasks, leases } = bucket.run();
  let unique = 0;
  const deps: StateDeps = {
    cos: bucket.plain,
    state: STATE,
    hash: nodeHash,
    now: () => bucket.clock.ms,
    unique: () => `m${(unique += 1)}`,
  };
  return { ...bucket, tasks, leases, deps };
}

describe('a page of pending work', () => {
  it('is full when it has the given number of keys, however many tasks', async () => {
    const { tasks, deps } = setUp();
    for (let minute = 0; minute < 3; minute += 1) await tasks.defer(task(), LATER + minute * 60_000);
    await tasks.defer(task({ key: 'b' }), LATER + 180_000);
    await tasks.defer(task({ key: 'c' }), LATER + 240_000);
    const query = { accepts: () => true, marker: undefined, limit: 2, examined: 100 };
    const page = await listPending(deps, query);
    expect(page.items.map(({ task: { key } }) => key)).toEqual(['a/b', 'a/b', 'a/b', 'b']);
    const rest = await listPending(deps, { ...query, marker: page.marker });
    expect(rest.items.map(({ task: { key } }) => key)).toEqual(['c']);
  });

  it('of one destination leaves out the tasks of others, and says which was started', async () => {
    const { tasks, deps, plain } = setUp();
    for (const key of ['a', 'b', 'c']) await tasks.defer(task({ key }), LATER);
    await tasks.defer(task({ destination: OTHER }), LATER);
    const query = { accepts: () => true, destination: OTHER, marker: undefined, limit: 9, examined: 2 };
    const page = await listPending(deps, query);
    expect([page.items.map(({ task: { destination } }) => destination), page.marker]).toEqual([[OTHER], undefined]);
    await plain.putObject(STATE, `tasks/${'0'.repeat(32)}/x`, Buffer.from('{'));
    expect(await listPending(deps, query)).toMatchObject({ unreadable: 1 });
  });

  it('leaves out the help with parts that a run has asked for', async () => {
    const { deps, plain } = setUp();
    await plain.putObject(STATE, `tasks/parts/${'0'.repeat(32)}/x`, Buffer.from('{}'));
    const query = { accepts: () => true, marker: undefined, limit: 9, examined: 9 };
    expect(await listPending(deps, query)).toEqual({ items: [], unreadable: 0, marker: undefined });
  });
});

describe('the work of one key', () => {
  it('counts damaged tasks and leases, and lists the rest', async () => {
    const { tasks, leases, deps, plain } = setUp();
    const name = await tasks.defer(task(), LATER);
    await tasks.defer(task({ destination: OTHER }), LATER);
    expect(await pendingOfKey(deps, TARGET, 5)).toMatchObject({ items: [{ name }], unreadable: 0, lease: undefined });
    const acquired = await leases.acquire(TARGET, { floor: 0, since: START }, START + 60_000);
    if (acquired.kind !== 'held') throw new Error('taken');
    expect(await pendingOfKey(deps, TARGET, 5)).toMatchObject({ lease: 'held', unreadable: 0 });
    await plain.putObject(STATE, acquired.lease.name, Buffer.from('{'));
    await plain.putObject(STATE, name.replace(/-f$/, '0-f'), Buffer.from('{}'));
    expect(await pendingOfKey(deps, TARGET, 5)).toMatchObject({ items: [{ name }], unreadable: 2, lease: undefined });
  });

  it('is held for exactly as long as another run finds the key taken', async () => {
    const { leases, deps, clock } = setUp();
    const acquired = await leases.acquire(TARGET, { floor: 0, since: START }, START + 60_000);
    if (acquired.kind !== 'held') throw new Error('taken');
    const again = async (): Promise<string> => {
      const { kind } = await leases.acquire(TARGET, { floor: 0, since: START }, clock.ms);
      return kind === 'taken' ? 'held' : 'expired';
    };
    clock.ms = START + acquired.lease.duration;
    for (const _ of Array.from({ length: 8 })) {
      clock.ms += 500;
      const { lease } = await pendingOfKey(deps, TARGET, 5);
      expect(lease).toBe(await again());
      if (lease === 'expired') return;
    }
    expect.fail('the lease never expires');
  });
});

describe('reattempt', () => {
  it('tells keys and targets apart, and does not hurry re-checks', async () => {
    const { tasks, deps, plain } = setUp();
    await tasks.defer(task(), LATER);
    await tasks.defer(task({ cause: 'taken' }), LATER);
    await tasks.defer(task({ destination: OTHER }), LATER);
    const recheck = await tasks.defer(task({ cause: 'settle' }), LATER);
    const query = { source: TARGET.source, targets: undefined, marker: undefined, limit: 10, examined: 10 };
    const { keys, digests } = await reattempt(deps, query);
    expect([...keys]).toEqual(['a/b']);
    expect(digests.size).toBe(2);
    const { entries } = await plain.listObjects(STATE, { prefix: 'waiting/' });
    expect(entries.map(({ key }) => key)).toEqual([recheck]);
  });

  it('compares the tags of named keys, and starts the others unchanged', async () => {
    const { tasks, deps } = setUp();
    const query = { source: TARGET.source, marker: undefined, limit: 10, examined: 10 };
    const startedOf = async (targets: readonly Target[] | undefined) => {
      await tasks.defer(task({ compare: undefined }), LATER);
      await reattempt(deps, { ...query, targets });
      const found = await tasks.ofKey(TARGET);
      await tasks.complete(found);
      return found.map((one) => one.task);
    };
    expect(await startedOf([TARGET])).toEqual([task({ compare: true })]);
    const [plain] = await startedOf(undefined);
    expect(plain?.compare).toBeUndefined();
  });
});
