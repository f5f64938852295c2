import { formatPlace } from '../../../shared/cos/index.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { BACKUP, OTHER, START, stateBucket, TARGET, taskWith } from './state.ts';

const DOWN = 'SlowDown';
const OTHER_TARGET = { ...TARGET, destination: OTHER };

let bucket: ReturnType<typeof stateBucket>;
beforeEach(() => {
  bucket = stateBucket();
});

/** Marks the pair as an instance does whose requests get no answer; returns that instance's marks. */
async function marked() {
  const { behind } = bucket.run();
  await behind.crowd(formatPlace(BACKUP));
  for (let i = 0; i < 3; i += 1) await behind.failed(TARGET, DOWN);
  return behind;
}

describe('an instance', () => {
  it('marks no pair while the destination is not crowded, whatever fails', async () => {
    const { behind } = bucket.run();
    for (let i = 0; i < 100; i += 1) expect(await behind.failed(TARGET, DOWN)).toBe(false);
    expect(await behind.read(TARGET)).toEqual({ phase: 'none' });
  });

  it('marks a pair when it is crowded and nothing succeeds, with the time and the cause', async () => {
    const { behind } = bucket.run();
    await behind.crowd(formatPlace(BACKUP));
    expect(await behind.failed(TARGET, DOWN)).toBe(false);
    bucket.clock.ms += 5000;
    expect(await behind.failed(TARGET, DOWN)).toBe(false);
    expect(await behind.failed(TARGET, DOWN)).toBe(true);
    expect(await behind.read(TARGET)).toMatchObject({ phase: 'behind', since: START, cause: DOWN, answers: false });
    expect(await behind.read(OTHER_TARGET)).toEqual({ phase: 'none' });
  });

  it('marks no pair because of a crowd from minutes ago', async () => {
    const { behind } = bucket.run();
    await behind.crowd(formatPlace(BACKUP));
    bucket.clock.ms += 180_000;
    for (let i = 0; i < 10; i += 1) expect(await behind.failed(TARGET, DOWN)).toBe(false);
  });

  it('counts from zero after a success', async () => {
    const { behind } = bucket.run();
    await behind.crowd(formatPlace(BACKUP));
    for (let i = 0; i < 20; i += 1) {
      expect(await behind.failed(TARGET, DOWN)).toBe(false);
      expect(await behind.failed(TARGET, DOWN)).toBe(false);
      await behind.succeeded(TARGET);
    }
    expect(await behind.read(TARGET)).toEqual({ phase: 'none' });
  });

  it('makes a task of failed work where the mark cannot be written', async () => {
    const { behind } = bucket.run((method) => {
      if (method === 'putObject') throw new Error('refused');
    });
    await bucket.run().behind.crowd(formatPlace(BACKUP));
    for (let i = 0; i < 5; i += 1) expect(await behind.failed(TARGET, DOWN)).toBe(false);
  });

  it('knows of a crowd from the sweep, which counts the failed work', async () => {
    const { tasks, behind } = bucket.run();
    const crowd = { from: 3, tell: (destination: string) => behind.crowd(destination) };
    const fail = (key: string) => tasks.defer({ ...taskWith({ cause: DOWN }), key }, START + 3_600_000);
    await fail('a');
    await fail('b');
    await tasks.defer({ ...taskWith({ cause: 'taken' }), key: 'c' }, START + 3_600_000);
    await tasks.promote(START + 60_000, crowd);
    expect(bucket.keys('behind/')).toEqual([]);
    await fail('d');
    await tasks.promote(START + 60_000, crowd);
    expect(bucket.keys('behind/')).toEqual([`behind/${formatPlace(BACKUP)}/crowded`]);
  });
});

describe('while a pair is behind, an instance', () => {
  it('tries one key in half a minute, and no other ones', async () => {
    const behind = await marked();
    const tried: number[] = [];
    for (let second = 0; second < 90; second += 1) {
      if (await behind.mayTry(TARGET)) tried.push(second);
      bucket.clock.ms += 1000;
    }
    expect(tried).toEqual([30, 60]);
    expect(await behind.mayTry(OTHER_TARGET)).toBe(true);
  });

  it('asks the state bucket once in ten seconds, however many events come', async () => {
    const behind = await marked();
    await behind.mayTry(TARGET);
    const before = bucket.requests();
    for (let i = 0; i < 10_000; i += 1) {
      await behind.mayTry(TARGET);
      bucket.clock.ms += 2;
    }
    // Twenty seconds: two looks at a mark of three objects.
    expect(bucket.requests() - before).toBeLessThanOrEqual(2 * 3);
  });

  it('makes no request where everything succeeds', async () => {
    await marked();
    const { behind } = bucket.run();
    const before = bucket.requests();
    expect(await behind.mayTry(TARGET)).toBe(true);
    await behind.succeeded(OTHER_TARGET);
    expect(bucket.requests()).toBe(before);
  });

  // P40
  it('relies on an earlier look for no longer than the repair waits', async () => {
    const behind = await marked();
    expect(await behind.failed(TARGET, DOWN)).toBe(true);
    const mark = await behind.read(TARGET);
    if (mark.phase !== 'behind') throw new Error(mark.phase);
    await bucket.run().behind.takeUp(TARGET, mark.id);
    bucket.clock.ms += 9_999;
    expect(await behind.mayTry(TARGET)).toBe(false);
    bucket.clock.ms += 1;
    expect(await behind.mayTry(TARGET)).toBe(true);
    expect(await behind.failed(TARGET, DOWN)).toBe(false);
    expect(await behind.read(TARGET)).toMatchObject({ phase: 'recovering' });
  });

  it('does not rely on an answer that came too late', async () => {
    const first = await marked();
    expect(await first.mayTry(TARGET)).toBe(false);
    const slow = bucket.run((method, key) => {
      if (method === 'getObject' && key.endsWith('/down')) bucket.clock.ms += 10_000;
    }).behind;
    expect(await slow.failed(TARGET, DOWN)).toBe(false);
  });
});

describe('when something succeeds again, the mark', () => {
  it('records it, and only the sweep takes it up and ends it', async () => {
    const behind = await marked();
    await behind.succeeded(TARGET);
    const mark = await behind.read(TARGET);
    expect(mark).toMatchObject({ phase: 'behind', answers: true });
    if (mark.phase !== 'behind') throw new Error(mark.phase);
    bucket.clock.ms += 60_000;
    await behind.takeUp(TARGET, mark.id);
    expect(await behind.read(TARGET)).toMatchObject({ phase: 'recovering', at: START + 60_000 });
    await behind.end(TARGET, mark.id);
    expect(await behind.read(TARGET)).toEqual({ phase: 'none' });
  });

  // P40
  it('cannot be ended by an older one', async () => {
    const behind = await marked();
    const old = await behind.read(TARGET);
    if (old.phase !== 'behind') throw new Error(old.phase);
    await behind.takeUp(TARGET, old.id);
    bucket.clock.ms += 20_000;
    await behind.crowd(formatPlace(BACKUP));
    for (let i = 0; i < 3; i += 1) await behind.failed(TARGET, DOWN);
    await behind.end(TARGET, old.id);
    expect(await behind.read(TARGET)).toMatchObject({ phase: 'behind', answers: false });
  });
});

describe('late events', () => {
  it('ask for a scan without stopping anything, once an hour', async () => {
    const { behind } = bucket.run();
    await behind.eventsAreLate(TARGET, START - 3_600_000);
    const mark = await behind.read(TARGET);
    expect(mark).toMatchObject({ phase: 'behind', answers: true, since: START - 3_600_000, cause: 'EventsLate' });
    if (mark.phase !== 'behind') throw new Error(mark.phase);
    await behind.takeUp(TARGET, mark.id);
    await behind.end(TARGET, mark.id);
    bucket.clock.ms += 3_599_000;
    await bucket.run().behind.eventsAreLate(TARGET, START);
    expect(await behind.read(TARGET)).toEqual({ phase: 'none' });
    bucket.clock.ms += 1000;
    await bucket.run().behind.eventsAreLate(TARGET, START);
    expect(await behind.read(TARGET)).toMatchObject({ phase: 'behind', since: START });
  });

  it('leave the mark of a destination that is down unchanged', async () => {
    const behind = await marked();
    await behind.eventsAreLate(TARGET, START - 3_600_000);
    expect(await behind.read(TARGET)).toMatchObject({ phase: 'behind', cause: DOWN, answers: false });
  });
});
