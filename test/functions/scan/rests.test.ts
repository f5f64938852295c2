import { expect, it } from 'vitest';
import { runScans } from '../../../functions/scan/handler.ts';
import { BACKUP, refusal, RULE, scanDeployment, SOURCE } from '../../deployment/index.ts';

const MINUTE = 60_000;
const KEYS = Array.from({ length: 40 }, (_, i) => `k${String(i).padStart(2, '0')}`);
/** Keys before it are done while it waits, so that there is room for others. */
const REFUSED = 'k10';
const AT_ONCE = 16;

/** All that can go on without the rest has done so: nothing here waits for anything else. */
const quiet = (): Promise<void> => new Promise((done) => void setImmediate(done));

it('a refused key waits before its next try, and no further key begins meanwhile', async () => {
  const world = await scanDeployment([{ ...RULE, existing: 'All' }], { keysAtOnce: AT_ONCE });
  for (const key of KEYS) world.put('x', {}, undefined, key);
  world.clock.ms += 5 * MINUTE;
  await world.keep();
  await world.run(world.scansStarted.shift()?.key ?? '');
  const tries = new Map<string, number>();
  world.onRequest((call, key) => {
    if (call !== 'copyObject backup') return;
    tries.set(key, (tries.get(key) ?? 0) + 1);
    if (key === REFUSED && tries.get(key) === 1) throw refusal();
  });
  const rests: (() => void)[] = [];
  const sleep = (): Promise<void> => new Promise((done) => void rests.push(done));
  const event = world.eventOf(world.scansStarted.shift()?.key ?? '');
  const run = runScans({ ...world.deps, sleep }, [SOURCE], event, world.runFor(15 * MINUTE));
  for (let i = 0; i < 50; i += 1) await quiet();
  expect(rests).toHaveLength(1);
  expect(tries.get(REFUSED)).toBe(1);
  // Those that were under way when it was refused.
  expect(tries.size).toBeLessThanOrEqual(AT_ONCE);
  world.clock.ms += 1000;
  for (const wake of rests) wake();
  await run;
  expect(tries.get(REFUSED)).toBe(2);
  expect(tries.size).toBe(KEYS.length);
  for (const key of KEYS) expect(world.stack(BACKUP, key)).toHaveLength(1);
});
