import { describe, expect, it } from 'vitest';
import { BACKUP, OTHER, refusal, RULE, scanDeployment, type ScanDeployment, STATE } from '../../deployment/index.ts';
import { rule } from '../../shared/rules/sample.ts';

const MINUTE = 60_000;
const CROWDED = 20;
const SETTINGS = { crowdedFrom: CROWDED, failuresInARow: 5 };
const TWO = [{ ...RULE, id: 'backup', priority: 1 }, rule({ id: 'other', priority: 2, destination: OTHER })];

/** A world whose first destination is down from the beginning, after the scan that each PUT of rules brings. */
async function downWorld(rules = [RULE]) {
  const world = await scanDeployment(rules, {}, SETTINGS);
  await world.scanned();
  let isDown = true;
  const made = { schedule: 0, replicate: 0 };
  let who: keyof typeof made = 'replicate';
  world.onRequest((call) => {
    if (call.endsWith(' crr')) made[who] += 1;
    if (isDown && call.endsWith(' backup')) throw refusal();
  });
  const minute = async (): Promise<void> => {
    who = 'schedule';
    made.schedule = 0;
    await world.sweep();
    await world.minute();
    who = 'replicate';
    await world.runStarted();
  };
  return {
    ...world,
    minute,
    made,
    up: () => {
      isDown = false;
    },
    write: async (key: string) => world.replicate({ version: world.put('x', {}, undefined, key), key }),
  };
}

function missing({ core }: ScanDeployment, keys: readonly string[], { bucket, region } = BACKUP): readonly string[] {
  const there = new Map<string, number>();
  for (let marker = ''; ;) {
    const { entries, nextMarker } = core.listObjects(bucket, region, { marker, maxKeys: 1000 });
    for (const { key } of entries) there.set(key, 1);
    if (nextMarker === undefined) return keys.filter((key) => !there.has(key));
    marker = nextMarker;
  }
}

/** Keys written a few a minute while nothing answers. */
async function writeFor(world: Awaited<ReturnType<typeof downWorld>>, minutes: number, perMinute: number) {
  const keys: string[] = [];
  const most = { waiting: 0, schedule: 0, perEvent: 0 };
  for (let i = 0; i < minutes; i += 1) {
    for (let n = 0; n < perMinute; n += 1) {
      const key = `k${String(i * perMinute + n).padStart(6, '0')}`;
      keys.push(key);
      const before = world.made.replicate;
      await world.write(key);
      if (i > 20) most.perEvent = Math.max(most.perEvent, world.made.replicate - before);
      world.clock.ms += MINUTE / perMinute;
    }
    // One of the minutes with writes has the minute of the timer.
    world.clock.ms -= MINUTE;
    await world.minute();
    most.waiting = Math.max(most.waiting, world.state('waiting/').length);
    if (i > 20) most.schedule += world.made.schedule;
  }
  return { keys, most };
}

describe('a destination that is down for long', () => {
  // P40
  it('recovers within one scan, whatever was written, and loads neither the state bucket nor the timer', async () => {
    const figures: { schedule: number; waiting: number; minutes: number }[] = [];
    for (const perMinute of [2, 8]) {
      const world = await downWorld();
      const { keys, most } = await writeFor(world, 80, perMinute);
      expect(missing(world, keys)).toHaveLength(keys.length);
      world.up();
      let minutes = 0;
      for (; missing(world, keys).length > 0 && minutes < 60; minutes += 1) await world.minute();
      expect(missing(world, keys)).toEqual([]);
      figures.push({ ...most, minutes });
      // It reads the mark, tries one key in half a minute, and reads its task.
      expect(most.perEvent).toBeLessThan(20);
    }
    const [few, many] = figures;
    // Four times as many failures do not change it.
    expect(many?.schedule).toBeLessThanOrEqual((few?.schedule ?? 0) * 1.5);
    expect(Math.max(few?.waiting ?? 0, many?.waiting ?? 0)).toBeLessThan(5 * CROWDED);
    expect(many?.minutes).toBe(few?.minutes);
    expect(many?.minutes).toBeLessThan(10);
  });

  it('does not slow down another destination of the same source', async () => {
    const world = await downWorld(TWO);
    const { keys } = await writeFor(world, 30, 4);
    expect(missing(world, keys, OTHER)).toEqual([]);
    expect(await world.engine.behind.read({ source: world.store.pair.source, destination: OTHER })).toEqual({
      phase: 'none',
    });
    expect(missing(world, keys)).toHaveLength(keys.length);
  });

  it('recovers without new writes and without any waiting task', async () => {
    const world = await downWorld();
    const { keys } = await writeFor(world, 30, 4);
    for (const name of world.state('waiting/'))
      world.core.deleteObject(STATE.bucket, STATE.region, name, undefined, { requestId: 'test' });
    for (let i = 0; i < 10; i += 1) await world.minute();
    expect(missing(world, keys)).toHaveLength(keys.length);
    // One key is tried, and not one more each minute.
    expect(world.state('waiting/')).toHaveLength(1);
    world.up();
    for (let i = 0; i < 8; i += 1) await world.minute();
    expect(missing(world, keys)).toEqual([]);
  });

  it('keeps a task for a restored version, which no scan knows of', async () => {
    const world = await downWorld();
    await writeFor(world, 30, 4);
    const before = world.state('waiting/').length;
    const version = world.put('x', {}, undefined, 'restored');
    await world.replicate({ version, key: 'restored', name: 'cos:ObjectRestore:Completed' });
    expect(world.state('waiting/')).toHaveLength(before + 1);
  });

  it('continues the repair after it was down again', async () => {
    const world = await downWorld();
    const { keys } = await writeFor(world, 30, 4);
    world.up();
    for (let i = 0; i < 2; i += 1) await world.minute();
    let down = true;
    world.onRequest((call) => {
      if (down && call.endsWith(' backup')) throw refusal();
    });
    for (let i = 0; i < 30; i += 1) {
      const key = `later ${i}`;
      keys.push(key);
      await world.write(key);
      await world.minute();
    }
    down = false;
    for (let i = 0; missing(world, keys).length > 0 && i < 60; i += 1) await world.minute();
    expect(missing(world, keys)).toEqual([]);
  });
});

describe('events that the platform held back for too long', () => {
  it('start a scan that finds the versions of the other events', async () => {
    const world = await scanDeployment([RULE], {}, SETTINGS);
    await world.scanned();
    const told = world.put('told', {}, undefined, 'told');
    world.put('dropped', {}, undefined, 'dropped');
    world.clock.ms += 31 * MINUTE;
    await world.replicate({ version: told, key: 'told' });
    expect(missing(world, ['told', 'dropped'])).toEqual(['dropped']);
    for (let i = 0; i < 8; i += 1) await world.minute();
    expect(missing(world, ['dropped'])).toEqual([]);
    expect(await world.engine.behind.read(world.store.pair)).toEqual({ phase: 'none' });
  });
});
