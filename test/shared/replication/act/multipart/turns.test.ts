import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMarker } from '../../../../../shared/identity/index.ts';
import { PARTS_OF_200_MB, SMALL, abortedIds, expectReplica, handOverAfter, scan, settled } from './steps.ts';
import { GIGABYTE, LargeDeployment, MEGABYTE } from '../../../../deployment/index.ts';

let world: LargeDeployment;
beforeEach(async () => {
  world = new LargeDeployment(SMALL);
  await world.setRule();
});
afterEach(() => world.close());

describe('a run that is short of time', () => {
  it('hands over, and the next one continues with the existing parts', async () => {
    const source = world.upload('k', 200 * MEGABYTE);
    world.pace = 1000;
    await world.event(source, 30_000);
    expect(world.uploads()).toHaveLength(1);
    const inFirst = world.count('uploadPartCopy');
    expect(inFirst).toBeGreaterThan(0);
    const pending = await world.pending();
    expect(pending.some(({ cause, uploads }) => cause === 'HandOver' && uploads?.length === 1)).toBe(true);

    world.pace = 1;
    await world.rest();
    expectReplica(world, 'k', source);
    expect(world.count('initiateMultipart')).toBe(1);
    expect(world.count('uploadPartCopy')).toBe(PARTS_OF_200_MB);
    expect(world.count('listParts')).toBeGreaterThan(0);
  });

  it('hands over as often as it must', async () => {
    const source = world.upload('k', 2 * GIGABYTE);
    await world.event(source, 5_001);
    world.pace = 500;
    for (let i = 0; i < 100 && world.tasks().length > 0; i += 1) await world.minute(25_000);
    expectReplica(world, 'k', source);
    expect(world.count('initiateMultipart')).toBe(1);
    expect(world.count('uploadPartCopy')).toBe(Math.ceil(2048 / 11));
    const turns = world.lines.filter(({ cause }) => cause === 'HandOver');
    expect(turns.length).toBeGreaterThan(2);
    expect(world.tasks()).toEqual([]);
  });

  it('is continued after an older, missed version has got its replica', async () => {
    await world.event(world.upload('k', 1 * MEGABYTE, {}, '0'));
    world.now += 3000;
    const missed = world.upload('k', 20 * MEGABYTE, {}, '1');
    world.now += 3000;
    const second = world.upload('k', 20 * MEGABYTE, {}, '2');
    await handOverAfter(world, second, 3);
    await world.rest();
    expectReplica(world, 'k', missed);
    expectReplica(world, 'k', second);
    expect(abortedIds(world)).toEqual([]);
    expect(world.count('initiateMultipart')).toBe(2);
  });

  it("makes a replica that is still ours after days, and no user's copy", async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    await handOverAfter(world, source, 3);
    world.now += 20 * 3_600_000;
    await world.rest();
    const replica = expectReplica(world, 'k', source);
    expect(world.count('initiateMultipart')).toBe(1);
    const made = replica.time / 1000 - (readMarker(replica.attributes.meta)?.marker.attempted ?? 0);
    expect(made).toBeGreaterThan(19 * 3_600_000);
    // A scan finds it in its place and does nothing.
    const before = world.count('uploadPartCopy');
    await scan(world, 'k');
    expect(world.replicas('k')).toHaveLength(1);
    expect(world.count('uploadPartCopy')).toBe(before);
  });

  it("starts again when its replica would be so late that it could be a user's", async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    const uploadId = await handOverAfter(world, source, 3);
    world.now += 25 * 3_600_000;
    await world.rest();
    expectReplica(world, 'k', source);
    expect(world.count('initiateMultipart')).toBe(2);
    expect(new Set(abortedIds(world))).toEqual(new Set([uploadId]));
    expect(world.uploads()).toEqual([]);
  });

  it('leaves a record of its upload when it is killed, and the next run continues from it', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    let parts = 0;
    world.intercept = (name) => {
      // The killed instance never gets an answer.
      const dead = name === 'uploadPartCopy' && (parts += 1) > 4;
      return dead ? new Promise(() => undefined) : undefined;
    };
    void world.event(source);
    await settled(world);
    expect(world.uploads()).toHaveLength(1);
    world.intercept = () => undefined;
    world.now += 5 * 60_000;
    await world.rest();
    expectReplica(world, 'k', source);
    expect(world.count('initiateMultipart')).toBe(1);
    expect(world.uploads()).toEqual([]);
  });
});

describe('two tasks of one key', () => {
  it('continue the same upload, although only one of them knew of it', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    const uploadId = await handOverAfter(world, source, 3);
    const [known] = (await world.pending()).filter(({ uploads }) => uploads !== undefined);
    const { uploads: _, ...ignorant } = known!;
    await world.engine.tasks.submit({ ...ignorant, cause: 'scan' });
    const [name] = world.tasks().filter((one) => one.startsWith('tasks/'));
    // The other becomes due while the first is already looking.
    let due = false;
    world.intercept = async (call) => {
      if (call !== 'listVersions' || due) return;
      due = true;
      await world.engine.tasks.submit(known!);
    };
    await world.runTask(name!);
    await world.rest();
    expectReplica(world, 'k', source);
    expect(world.count('initiateMultipart')).toBe(1);
    expect(abortedIds(world).filter((id) => id !== uploadId)).toEqual([]);
  });
});
