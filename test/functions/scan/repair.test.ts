import { describe, expect, it } from 'vitest';
import { BACKUP, KEY, RULE, scanDeployment, SETTLED, SOURCE, STATE } from '../../deployment/index.ts';
import { existing, requestsOf } from './existing.ts';

describe('repair', () => {
  it('proves no version that was passed over: once restored, it is replicated below the newer one', async () => {
    const world = await scanDeployment();
    world.clock.ms += SETTLED;
    const archived = world.put('1', { storageClass: 'ARCHIVE' }, SOURCE, KEY).versionId;
    world.clock.ms += 1000;
    const newer = world.put('2', {}, SOURCE, KEY).versionId;
    world.clock.ms += SETTLED;
    await world.scanned();
    expect(world.stack(BACKUP, KEY)).toEqual([newer]);
    world.core.restoreObject(SOURCE.bucket, SOURCE.region, KEY, archived, 30, { requestId: 'user' });
    // Somebody asks for the key, and names no version.
    await world.ask();
    expect(world.stack(BACKUP, KEY)).toEqual([newer, archived]);
  });

  // P37
  it('copies every version without an event', async () => {
    const world = await scanDeployment();
    world.clock.ms += SETTLED;
    const ids = ['a', 'a', 'b'].map((key) => {
      world.clock.ms += 1000;
      return world.put(key, {}, SOURCE, key).versionId;
    });
    await world.scanned();
    expect(world.stack(BACKUP, 'a')).toEqual([ids[1], ids[0]]);
    expect(world.stack(BACKUP, 'b')).toEqual([ids[2]]);
  });

  it('begins again when it is a day old, and not before', async () => {
    const world = await scanDeployment();
    await world.scanned();
    const first = (await world.store.scan())?.id;
    world.clock.ms += 22 * 3_600_000;
    await world.minute();
    expect((await world.store.scan())?.id).toBe(first);
    world.clock.ms += 2 * 3_600_000;
    await world.scanned();
    expect((await world.store.scan())?.id).not.toBe(first);
  });

  it('makes the newest replica again after somebody deleted it', async () => {
    const { world, ids } = await existing(['a', 'a']);
    const [first, second] = ids;
    await world.scanned();
    const top = world.core.listVersions(BACKUP.bucket, BACKUP.region, { prefix: 'a' }).entries[0];
    world.remove(top?.versionId, BACKUP, 'a');
    world.clock.ms += 25 * 3_600_000;
    await world.scanned();
    expect(world.stack(BACKUP, 'a')).toEqual([second, first]);
  });

  it("counts an older gap as the work of the destination's lifecycle", async () => {
    const { world, ids } = await existing(['a', 'a']);
    const [, second] = ids;
    await world.scanned();
    const bottom = world.core.listVersions(BACKUP.bucket, BACKUP.region, { prefix: 'a' }).entries[1];
    world.remove(bottom?.versionId, BACKUP, 'a');
    world.clock.ms += 25 * 3_600_000;
    await world.scanned();
    expect(world.stack(BACKUP, 'a')).toEqual([second]);
    expect((await world.store.result())?.counts.rules[RULE.id]).toMatchObject({
      replicated: [1, expect.any(Number)],
      expired: [1, expect.any(Number)],
    });
  });

  describe("of a deleted key whose replicas the destination's lifecycle has removed", () => {
    const EVERY = 25 * 3_600_000;
    /** Keys that were written twice and then deleted. At the destination their delete marker is left, or nothing. */
    const gone = async (leaves: 'the delete marker' | 'nothing', scanned: boolean) => {
      const { world } = await existing(['a', 'a']);
      if (scanned) await world.scanned();
      world.clock.ms += SETTLED;
      world.remove(undefined, SOURCE, 'a');
      world.clock.ms += EVERY;
      if (scanned) await world.scanned();
      else world.core.deleteObject(BACKUP.bucket, BACKUP.region, 'a', undefined, { requestId: 'user' });
      for (const { versionId, deleteMarker } of world.core.listVersions(BACKUP.bucket, BACKUP.region, { prefix: 'a' })
        .entries)
        if (!deleteMarker || leaves === 'nothing') world.remove(versionId, BACKUP, 'a');
      return world;
    };

    // P46
    it.each(['the delete marker', 'nothing'] as const)('leaves %s unchanged, however often it runs', async (leaves) => {
      const world = await gone(leaves, true);
      for (let day = 0; day < 3; day += 1) {
        world.clock.ms += EVERY;
        world.requests.length = 0;
        await world.scanned();
        expect(requestsOf(world, 'copyObject', 'deleteObject backup', 'headObject')).toBe(0);
        expect(world.stack(BACKUP, 'a')).toHaveLength(leaves === 'nothing' ? 0 : 1);
        expect((await world.store.result())?.counts.rules[RULE.id]).toMatchObject({
          replicated: [0, 0],
          expired: [2, expect.any(Number)],
        });
      }
    });

    it("copies versions that no scan has proved, although a user's delete marker is on top", async () => {
      const world = await gone('the delete marker', false);
      await world.scanned();
      expect(world.stack(BACKUP, 'a').filter((item) => item !== 'M')).toHaveLength(2);
    });

    it('copies all of it when it was changed at the source since', async () => {
      const world = await gone('nothing', true);
      const { versionId } = world.put('again', {}, SOURCE, 'a');
      world.clock.ms += EVERY;
      await world.scanned();
      expect(world.stack(BACKUP, 'a')[0]).toBe(versionId);
    });

    it('copies it when the ledgers are lost', async () => {
      const world = await gone('nothing', true);
      for (const { key } of world.core.listObjects(STATE.bucket, STATE.region, { prefix: 'pairs/' }).entries)
        if (key.includes('/proved/')) world.remove(undefined, STATE, key);
      world.clock.ms += EVERY;
      await world.scanned();
      expect(world.stack(BACKUP, 'a').length).toBeGreaterThan(1);
    });
  });

  it('remembers no key while listings may lack its versions', async () => {
    const world = await scanDeployment();
    const version = world.put('young', {}, SOURCE, 'a');
    await world.replicate({ version, key: 'a' });
    const looked: (number | undefined)[] = [];
    for (let i = 0; i < 3; i += 1) {
      await world.scanned();
      looked.push((await world.store.result())?.deeds.looked);
      world.clock.ms += 25 * 3_600_000;
    }
    expect(looked).toEqual([1, 1, 0]);
  });

  it('says that everything is replicated up to the time whose writes its listings surely show', async () => {
    const world = await scanDeployment();
    await world.scanned();
    const result = await world.store.result();
    expect(result?.completeUpTo).toBe((result?.started ?? 0) - world.engine.settings.settleMs);
  });

  it('copies writes from while the rule was disabled, once it is enabled', async () => {
    const world = await scanDeployment();
    await world.scanned();
    await world.setRules([{ ...RULE, enabled: false }]);
    world.clock.ms += SETTLED;
    const { versionId } = world.put('meanwhile', {}, SOURCE, 'a');
    await world.minute();
    expect(world.stack(BACKUP, 'a')).toEqual([]);
    world.clock.ms += SETTLED;
    await world.setRules([RULE]);
    await world.scanned();
    expect(world.stack(BACKUP, 'a')).toEqual([versionId]);
  });

  it('leaves alone keys that only the destination has', async () => {
    const world = await scanDeployment();
    world.put('foreign', {}, BACKUP, 'only here');
    world.clock.ms += SETTLED;
    await world.scanned();
    expect(world.stack(BACKUP, 'only here')).toEqual(['user']);
    expect((await world.store.result())?.counts).toMatchObject({ keys: 0, orphans: 1, others: [1, 7] });
  });

  it("counts the versions that it leaves alone at the destination: others' versions, and replicas of removed versions", async () => {
    const { world, ids } = await existing(['a', 'a', 'b']);
    await world.scanned();
    world.put('of others', {}, BACKUP, 'a');
    world.remove(ids[2], SOURCE, 'b');
    world.clock.ms += 25 * 3_600_000;
    await world.scanned();
    expect(world.stack(BACKUP, 'a')).toHaveLength(3);
    expect(world.stack(BACKUP, 'b')).toHaveLength(1);
    const counts = (await world.store.result())?.counts;
    expect(counts).toMatchObject({ keys: 1, orphans: 1, others: [2, expect.any(Number)] });
    expect(counts?.rules[RULE.id]?.replicated[0]).toBe(2);
    // The remembered counts of the keys say the same.
    world.clock.ms += 25 * 3_600_000;
    await world.scanned();
    expect((await world.store.result())?.counts.others).toEqual(counts?.others);
  });
});
