import { expect, it } from 'vitest';
import { BACKUP, refusal, RULE, scanDeployment, SOURCE, type ScanDeployment } from '../../deployment/index.ts';

const MINUTE = 60_000;
/** ms after which the lease of a killed run has ended, and its requests have taken effect. */
const OUTLIVED = 60 * MINUTE;
/** Copies of the run that is killed. */
const BEFORE = 5;
const KEYS = Array.from({ length: 12 }, (_, i) => `k${i}`);

/** A scan of objects that are older than their rule, in one range, of which no run has begun. */
async function prepared(): Promise<ScanDeployment> {
  const world = await scanDeployment([{ ...RULE, existing: 'All' }], { keysAtOnce: 1 });
  for (const key of KEYS) world.put('x', {}, undefined, key);
  world.clock.ms += 5 * MINUTE;
  await world.keep();
  await world.run(world.scansStarted.shift()?.key ?? '');
  return world;
}

/** The same, whose run is killed at its next copy. */
async function killed(): Promise<ScanDeployment & { readonly note: string; readonly copies: () => number }> {
  const world = await prepared();
  let copies = 0;
  world.onRequest((call) => {
    if (call === 'copyObject backup') copies += 1;
    // Nothing that a killed run sends takes effect, and nothing answers it.
    if (copies > BEFORE) throw new Error('the run was killed');
  });
  await world.run(world.scansStarted.shift()?.key ?? '').catch(() => undefined);
  copies = 0;
  world.onRequest((call) => void (copies += call === 'copyObject backup' ? 1 : 0));
  world.clock.ms += OUTLIVED;
  await world.keep();
  return { ...world, note: world.scansStarted.shift()?.key ?? '', copies: () => copies };
}

const versionsOf = (world: ScanDeployment, { bucket, region }: typeof SOURCE): readonly number[] =>
  KEYS.map(
    (key) => world.core.listVersions(bucket, region, { prefix: key }).entries.filter((one) => one.key === key).length,
  );

it('only one run continues the range of a killed one, although two are started for it', async () => {
  const world = await killed();
  expect(versionsOf(world, BACKUP).filter((count) => count === 1)).toHaveLength(BEFORE);
  const finished = await Promise.all([world.run(world.note), world.run(world.note)]);
  // The second pass is for later, so neither has finished it.
  expect(finished).toEqual([{ finished: 0 }, { finished: 0 }]);
  expect(world.copies()).toBe(KEYS.length - BEFORE);
  await world.scanned();
  expect(versionsOf(world, BACKUP)).toEqual(versionsOf(world, SOURCE));
  const result = await world.store.result();
  expect(result?.counts.keys).toBe(KEYS.length);
  expect(Object.values(result?.counts.rules ?? {}).map(({ replicated }) => replicated)).toEqual([
    [KEYS.length, KEYS.length],
  ]);
});

it('a repeated start of a finished range does nothing', async () => {
  const world = await killed();
  await world.run(world.note);
  await world.scanned();
  const before = await world.store.result();
  const { length } = world.requests;
  expect(await world.run(world.note)).toEqual({ finished: 0 });
  expect(world.requests.slice(length)).toEqual(['getObject crr']);
  expect(await world.store.result()).toEqual(before);
});

it('a run hands over before its time limit, and stops while the scan is paused', async () => {
  const world = await killed();
  const limit = 3 * MINUTE;
  world.onRequest(() => void (world.clock.ms += 3000));
  const before = world.clock.ms;
  await world.run(world.note, limit);
  expect(world.clock.ms - before).toBeLessThanOrEqual(limit);
  const there = versionsOf(world, BACKUP).filter((count) => count > 0).length;
  expect(there).toBeGreaterThan(BEFORE);
  expect(there).toBeLessThan(KEYS.length);
  world.onRequest(() => undefined);
  await world.store.putPause(world.clock.ms);
  for (let i = 0; i < 5; i += 1) await world.minute();
  expect(versionsOf(world, BACKUP).filter((count) => count > 0)).toHaveLength(there);
  await world.store.dropPause();
  await world.scanned();
  expect(versionsOf(world, BACKUP)).toEqual(versionsOf(world, SOURCE));
});

/** Minutes until another run has continued, after the first one ended. */
async function goneOnAfter(world: ScanDeployment): Promise<number> {
  for (let minutes = 1; minutes < 60; minutes += 1) {
    await world.minute();
    if (versionsOf(world, BACKUP).every((count) => count === 1)) return minutes;
  }
  throw new Error('no run went on');
}

it('another run continues within minutes after a run that failed and could not even end its start', async () => {
  const world = await prepared();
  world.onRequest((call) => {
    if (call.endsWith(' crr') && !call.startsWith('get')) throw refusal();
  });
  await expect(world.run(world.scansStarted.shift()?.key ?? '')).rejects.toThrow('refused');
  world.onRequest(() => undefined);
  expect(await goneOnAfter(world)).toBeLessThanOrEqual(3);
});

it('another run continues the range of a killed one only after its lease has ended', async () => {
  const world = await prepared();
  let isDead = false;
  world.onRequest((call) => {
    isDead ||= call === 'copyObject backup';
    if (isDead) throw new Error('the run is no more');
  });
  await world.run(world.scansStarted.shift()?.key ?? '').catch(() => undefined);
  world.onRequest(() => undefined);
  const minutes = await goneOnAfter(world);
  expect(minutes).toBeGreaterThanOrEqual(16);
  expect(minutes).toBeLessThanOrEqual(18);
});

it('no more runs work than the setting allows', async () => {
  const world = await scanDeployment([{ ...RULE, existing: 'All' }], { rangeEntries: 2, rangesAtOnce: 3 });
  for (const key of KEYS) world.put('x', {}, undefined, key);
  world.clock.ms += 5 * MINUTE;
  await world.keep();
  await world.run(world.scansStarted.shift()?.key ?? '');
  for (let i = 0; i < 3; i += 1) await world.keep();
  expect(new Set(world.scansStarted.map(({ key }) => key)).size).toBe(3);
  await world.scanned();
  expect(versionsOf(world, BACKUP)).toEqual(versionsOf(world, SOURCE));
});

it('a copy of a killed run that lands late is seen before the scan ends', async () => {
  const world = await prepared();
  let late: (() => Promise<unknown>) | undefined;
  const watch = world.watch.before;
  const begun = world.clock.ms;
  world.watch.before = (name, args) => {
    // A copy that begins so late in its run may land long after another run has taken over.
    world.clock.ms = Math.max(world.clock.ms, begun + 12 * MINUTE);
    if (name === 'copyObject')
      late ??= () => world.straight.copyObject(...(args as Parameters<typeof world.straight.copyObject>));
    // Of a run that is dead nothing takes effect until its copy lands.
    if (late !== undefined) throw new Error('the run is no more');
    return watch(name, args);
  };
  await world.run(world.scansStarted.shift()?.key ?? '').catch(() => undefined);
  world.watch.before = watch;
  world.clock.ms = begun + 17 * MINUTE;
  await world.minute();
  expect(versionsOf(world, BACKUP)).toEqual(KEYS.map(() => 1));
  for (let i = 0; i < 5; i += 1) await world.minute();
  expect((await world.store.scan())?.state).toBe('running');
  await late?.();
  expect(versionsOf(world, BACKUP).filter((count) => count > 1)).toHaveLength(1);
  await world.scanned();
  expect(versionsOf(world, BACKUP)).toEqual(KEYS.map(() => 1));
});

it('a run copies nothing more a second after somebody has disabled its rule', async () => {
  const world = await prepared();
  let [copies, afterwards, changed] = [0, 0, Number.POSITIVE_INFINITY];
  world.onRequest(async (call) => {
    world.clock.ms += 400;
    if (call !== 'copyObject backup') return;
    copies += 1;
    if (world.clock.ms - changed > 2000) afterwards += 1;
    if (copies !== BEFORE) return;
    await world.setRulesElsewhere([{ ...RULE, existing: 'All', enabled: false }]);
    changed = world.clock.ms;
  });
  await world.run(world.scansStarted.shift()?.key ?? '');
  expect(copies).toBeGreaterThanOrEqual(BEFORE);
  expect(afterwards).toBe(0);
  expect(versionsOf(world, BACKUP)).toContain(0);
});

it('a scan has no result while one of its ranges is open', async () => {
  const world = await scanDeployment([{ ...RULE, existing: 'All' }], { rangeEntries: 6, rangesAtOnce: 1 });
  for (const key of KEYS) world.put('x', {}, undefined, key);
  world.clock.ms += 5 * MINUTE;
  const done: number[] = [];
  for (let i = 0; i < 60 && (await world.store.result()) === undefined; i += 1) {
    await world.minute();
    const scan = await world.store.scan();
    if (scan?.state !== 'running') continue;
    done.push((await world.store.doneRanges(scan.id)).length);
    expect(await world.store.result()).toBeUndefined();
  }
  // Otherwise nothing was seen of a scan that has done a part.
  expect(done).toContain(1);
  const result = await world.store.result();
  expect(result?.counts.keys).toBe(KEYS.length);
});
