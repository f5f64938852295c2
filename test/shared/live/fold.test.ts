import { beforeEach, describe, expect, it } from 'vitest';
import { formatPlace, type Cos } from '../../../shared/cos/index.ts';
import { createLiveTally, foldLive, hourOf, isLive, readLive, ruleSumOf } from '../../../shared/live/index.ts';
import { BACKUP, deployment, type Deployment, OTHER, RULE, SOURCE, STATE } from '../../deployment/index.ts';

const MINUTE = 60_000;

let world: Deployment;
beforeEach(async () => {
  world = await deployment();
});

/** `copies` by as many instances, one each. */
async function copy(
  copies: number,
  { rule = 'r', bytes = 100, parts = 0, markers = 0, lagMs = 1500, scanned = false, source = SOURCE } = {},
) {
  for (let i = 0; i < copies; i += 1) {
    const deps = { ...world.engine.deps, now: () => world.clock.ms };
    const live = createLiveTally(deps, scanned);
    live.copied({ source, destination: BACKUP, rule, bytes, parts, lagMs });
    for (let marker = 0; marker < markers; marker += 1) live.marked({ source, destination: BACKUP, rule });
    await live.settle();
  }
}
const fold = (cos: Cos = world.engine.deps.cos, sources = [SOURCE]) =>
  foldLive({ ...world.engine.deps, cos, now: () => world.clock.ms }, sources);
const notes = () => world.state('live/').length;
const apply = (call: unknown, args: readonly unknown[]) =>
  (call as (...all: readonly unknown[]) => Promise<unknown>)(...args);
async function sums(source = SOURCE) {
  const sum = await readLive(world.engine.deps, source);
  if (sum === undefined) throw new Error('there are none');
  return { sum, hour: hourOf(sum, BACKUP), rule: (id = 'r') => ruleSumOf(sum, BACKUP, id, world.clock.ms) };
}

describe("the sums of the instances' notes", () => {
  it('do not exist before the first note, and are 0 nowhere', async () => {
    await fold();
    expect(await readLive(world.engine.deps, SOURCE)).toBeUndefined();
  });

  it('include each note once, and remove it', async () => {
    await copy(3);
    expect(await fold()).toBe(3);
    expect(await fold()).toBe(0);
    expect(notes()).toBe(0);
    const { hour, rule } = await sums();
    expect(hour).toMatchObject({ versions: 3, bytes: 300, failed: 0, largest: 1500 });
    expect(hour.lags[1]).toBe(3);
    expect(rule()?.total).toMatchObject({ versions: 3, bytes: 300, scannedVersions: 0 });
  });

  it('count delete markers and parts, by events and by scans, and read notes of an earlier release without them', async () => {
    await copy(2, { markers: 3, parts: 7 });
    await copy(1, { markers: 3, scanned: true });
    const note = { from: formatPlace(SOURCE), to: formatPlace(BACKUP), rule: 'r', scanned: false };
    const earlier = { ...note, versions: 1, bytes: 5, failed: 0, lags: [], largest: 0 };
    world.put(JSON.stringify({ at: world.clock.ms, rows: [earlier] }), {}, STATE, 'live/1-earlier-1');
    await fold();
    expect((await sums()).rule()?.total).toEqual({
      versions: 3,
      bytes: 205,
      parts: 14,
      markers: 6,
      scannedVersions: 1,
      scannedBytes: 100,
      scannedParts: 0,
      scannedMarkers: 3,
    });
  });

  it('count nothing twice and lose nothing, wherever a run is killed', async () => {
    const run = async (dieAt: number): Promise<number> => {
      let requests = 0;
      const dying = new Proxy(world.engine.deps.cos, {
        get:
          (target, name: keyof Cos) =>
          async (...args: readonly unknown[]): Promise<unknown> => {
            requests += 1;
            // Before the request, or after it took effect and before its answer.
            if (requests === Math.ceil(dieAt / 2) && dieAt % 2 === 1) throw new Error('killed');
            const answer = await apply(target[name], args);
            if (requests >= Math.ceil(dieAt / 2)) throw new Error('killed');
            return answer;
          },
      });
      await fold(dying).catch(() => undefined);
      return requests;
    };
    let made = 0;
    for (let dieAt = 1; ; dieAt += 1) {
      await copy(2);
      made += 2;
      const requests = await run(dieAt);
      const between = await readLive(world.engine.deps, SOURCE);
      expect(between === undefined ? 0 : hourOf(between, BACKUP).versions).toBeLessThanOrEqual(made);
      await fold();
      expect((await sums()).hour.versions).toBe(made);
      if (requests < Math.ceil(dieAt / 2)) break;
      if (dieAt > 100) throw new Error('it never ends');
    }
    expect(made).toBeGreaterThan(20);
  });

  it('never count more than was done where two runs overlap', async () => {
    for (let turn = 0; turn < 40; turn += 1) {
      await copy(2);
      let step = 0;
      /** Lets the two continue in an order that differs from turn to turn. */
      const slow = (mine: number): Cos =>
        new Proxy(world.engine.deps.cos, {
          get:
            (target, name: keyof Cos) =>
            async (...args: readonly unknown[]): Promise<unknown> => {
              step += 1;
              for (let i = 0; i < ((turn * 7 + step * mine) % 11) * mine; i += 1) await Promise.resolve();
              return apply(target[name], args);
            },
        });
      await Promise.all([fold(slow(1)), fold(slow(5))]);
      expect((await sums()).hour.versions).toBeLessThanOrEqual(2 * (turn + 1));
    }
    await fold();
    expect((await sums()).hour.versions).toBeGreaterThan(0);
  });

  it.each(['listObjects', 'getObject'] as const)(
    'include a note at most once where two runs count, remove and forget it before a third one calls %s again',
    async (call) => {
      await copy(1);
      await fold();
      const { cos } = world.engine.deps;
      let isOvertaken = true;
      for (let turn = 1; isOvertaken; turn += 1) {
        const before = (await sums()).hour.versions;
        await copy(1);
        let count = 0;
        const overtaken = async (...args: readonly unknown[]): Promise<unknown> => {
          count += 1;
          if (count === turn) {
            await fold();
            await fold();
          }
          return apply(cos[call], args);
        };
        await fold({ ...cos, [call]: overtaken });
        isOvertaken = count >= turn;
        await fold();
        // The sums of a run that was overtaken may replace newer ones: they are lower bounds.
        expect((await sums()).hour.versions - before).toBeLessThanOrEqual(1);
      }
    },
  );

  it('show the last hour, and keep the copies of each rule in total and this month', async () => {
    world.clock.ms = Date.UTC(2026, 0, 31, 15, 55);
    await copy(2);
    await fold();
    world.clock.ms += 4 * MINUTE;
    await copy(1, { scanned: true });
    await fold();
    // In UTC+8 it is February now.
    world.clock.ms += 2 * MINUTE;
    expect((await sums()).rule()).toMatchObject({
      total: { versions: 2, scannedVersions: 1 },
      thisMonth: { versions: 0 },
    });
    await copy(1);
    await fold();
    const { rule, hour } = await sums();
    expect(rule()).toMatchObject({
      month: '2026-02',
      total: { versions: 3, scannedVersions: 1, bytes: 300, scannedBytes: 100 },
      thisMonth: { versions: 1, scannedVersions: 0 },
    });
    expect(hour.versions).toBe(4);
    world.clock.ms += 58 * MINUTE;
    await fold();
    expect((await sums()).hour.versions).toBe(1);
    world.clock.ms += 10 * MINUTE;
    await fold();
    expect((await sums()).hour).toMatchObject({ versions: 0, largest: 0 });
    expect((await sums()).rule()?.total.versions).toBe(3);
  });

  it('belong to one source each, and are outdated when nobody adds to them', async () => {
    await copy(1);
    await copy(2, { source: OTHER });
    await fold(undefined, [SOURCE, OTHER]);
    expect([(await sums()).hour.versions, (await sums(OTHER)).hour.versions]).toEqual([1, 2]);
    const { sum } = await sums();
    expect([isLive(sum, world.clock.ms + 4 * MINUTE), isLive(sum, world.clock.ms + 5 * MINUTE)]).toEqual([true, false]);
  });

  it('ignore unreadable notes, and start again where they are damaged', async () => {
    await copy(1);
    world.put('{', {}, STATE, 'live/1-u-1');
    await fold();
    expect([(await sums()).hour.versions, notes()]).toEqual([1, 0]);
    world.put('no sums', {}, STATE, `status/live/${SOURCE.bucket}`);
    await copy(1, { rule: '__proto__' });
    await fold();
    expect((await sums()).rule('__proto__')?.total.versions).toBe(1);
  });

  it('take the notes of many instances over several minutes', async () => {
    await copy(1100, { bytes: 1 });
    expect([await fold(), await fold(), await fold()]).toEqual([500, 500, 100]);
    expect((await sums()).hour).toMatchObject({ versions: 1100, bytes: 1100 });
  });
});

describe('the engine', () => {
  it('notes each copy with its rule and its lag; a copy of an older object without a lag', async () => {
    const told: object[] = [];
    world = await deployment({ copied: (copy) => void told.push(copy) }, [{ ...RULE, id: 'mine', existing: 'All' }]);
    world.put('old', {}, SOURCE, 'old');
    world.clock.ms += 3000;
    const version = world.put('12345');
    world.clock.ms += 4000;
    await world.replicate({ version });
    expect(told).toEqual([
      { source: SOURCE, destination: BACKUP, rule: 'mine', bytes: 5, parts: 0, lagMs: expect.any(Number) },
    ]);
    expect((told[0] as { lagMs: number }).lagMs).toBeCloseTo(4000, -2);
  });
});
