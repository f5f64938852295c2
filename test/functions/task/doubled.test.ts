import { beforeEach, describe, expect, it } from 'vitest';
import { nodeHash } from '../../../shared/cos/index.ts';
import { nextTry } from '../../../shared/tasks/index.ts';
import { BACKUP, deployment, refusal, submitTo, TARGET, TOLD, type Deployment } from '../../deployment/index.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let world: Deployment;
beforeEach(async () => {
  world = await deployment(TOLD);
  world.put('1');
});

/** ms since 1970: when the first waiting task is due. */
const nextDue = () => Math.min(...world.state('waiting/').map((name) => Number(/\/(\d{13})\//.exec(name)?.[1] ?? 0)));

/** Refuses copies, and counts them. */
function refuseCopies(code: string): { tries: number } {
  const count = { tries: 0 };
  world.onRequest((call) => {
    if (call !== 'copyObject backup') return;
    count.tries += 1;
    throw refusal('none', code);
  });
  return count;
}

/** Of three starts of tasks one comes twice at once, one twice in turn, and one alone. */
function createStarts(): (names: readonly string[]) => Promise<void> {
  let starts = 0;
  return async (names) => {
    for (const name of names) {
      starts += 1;
      if (starts % 3 === 0) await Promise.all([world.runTask(name), world.runTask(name)]);
      else for (let run = 0; run < starts % 3; run += 1) await world.runTask(name);
    }
  };
}

describe('a task of a key that fails for days', () => {
  // P52
  it('does not multiply when its starts come twice', async () => {
    const start = createStarts();
    const count = refuseCopies('ObjectLocked');
    await submitTo(world);
    const begun = world.clock.ms;
    let before = 0;
    while (world.clock.ms < begun + 3 * DAY) {
      if (world.clock.ms < begun + 2 * DAY) before = count.tries;
      await start(world.started.splice(0).map(({ key }) => key));
      world.clock.ms = Math.max(world.clock.ms, nextDue());
      await world.sweep();
    }
    // Once in six hours, at two moments, and again after a minute for the run that found the key taken.
    expect(count.tries - before).toBeLessThan(50);
    expect(world.state('waiting/').length + world.started.length).toBeLessThan(10);
  });

  // P52
  it('gets another name than before, even when it was started early', async () => {
    refuseCopies('SlowDown');
    // Just after a moment of the key, the next ones are known to be far.
    world.clock.ms = nextTry(TARGET, 12, { hash: nodeHash, now: world.clock.ms }) + 1;
    await world.runTask(await submitTo(world, { attempts: 12 }));
    const before = world.state('waiting/');
    const due = nextDue();
    world.clock.ms += 5 * MINUTE;
    await world.engine.tasks.recovered(BACKUP);
    await world.sweep();
    await world.runTask(world.started.at(-1)?.key ?? '');
    expect(nextDue()).toBe(due);
    // The run that moved it has not deleted the old name yet.
    for (const name of before) expect(world.state('waiting/')).not.toContain(name);
  });
});
