import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../shared/rules/index.ts';
import type { ScanSettings } from '../../../shared/scan/index.ts';
import {
  BACKUP,
  KEY,
  RULE,
  scanDeployment,
  type ScanDeployment,
  SETTLED,
  SOURCE,
  STATE,
} from '../../deployment/index.ts';

const DAY = 24 * 3_600_000;
const EXISTING = { existing: 'All', deleteMarkersSince: 0 } as const;

/** One version a second. */
function write(world: ScanDeployment, keys: readonly string[]): string[] {
  return keys.map((key) => {
    world.clock.ms += 1000;
    return world.put(`text of ${key} ${world.clock.ms}`, {}, SOURCE, key).versionId;
  });
}

/** The rule as it is stored at this moment. */
const stored = (world: ScanDeployment, change: Partial<Rule> = {}): Rule => {
  const second = Math.floor(world.clock.ms / 1000) * 1000;
  return { ...RULE, start: second, deleteMarkersSince: second, ...change };
};

/** A rule is stored a day after these writes. */
async function existing(keys: readonly string[], change: Partial<Rule> = EXISTING, scan: Partial<ScanSettings> = {}) {
  const world = await scanDeployment([], scan);
  const ids = write(world, keys);
  world.clock.ms += DAY;
  await world.setRules([stored(world, change)]);
  return { world, ids };
}

const requestsOf = (world: ScanDeployment, ...names: string[]): number =>
  world.requests.filter((call) => names.some((name) => call.startsWith(name))).length;

/** Requests at the two buckets of the pair. */
const atBuckets = (world: ScanDeployment): string[] => world.requests.filter((call) => !call.endsWith(' crr'));

describe('existing objects', () => {
  it('are all replicated after a scan that a stored rule starts, with their history in order', async () => {
    const { world, ids } = await existing(['a', 'b', 'a']);
    const [a1, b, a2] = ids;
    await world.scanned();
    expect(world.stack(BACKUP, 'a')).toEqual([a2, a1]);
    expect(world.stack(BACKUP, 'b')).toEqual([b]);
    const result = await world.store.result();
    expect(result?.counts.rules[RULE.id]?.replicated[0]).toBe(3);
    expect(result).toMatchObject({ kind: 'existing', deeds: { copied: 3 }, counts: { keys: 2, oldest: null } });
  });

  // P39
  it('cost a HEAD and a copy for each version, and the listings of two passes', async () => {
    const { world } = await existing(Array.from({ length: 300 }, (_, i) => `k${String(i % 250).padStart(3, '0')}`));
    world.requests.length = 0;
    await world.scanned();
    expect(requestsOf(world, 'copyObject')).toBe(300);
    expect(requestsOf(world, 'headObject source')).toBe(300);
    // One request reads the destination's clock.
    expect(requestsOf(world, 'headObject backup')).toBe(1);
    expect(atBuckets(world).length).toBeLessThan(2.1 * 300);
  });

  it('are their current versions alone where the rule says so', async () => {
    const { world, ids } = await existing(['a', 'a'], { existing: 'Current' });
    const [, second] = ids;
    await world.scanned();
    expect(world.stack(BACKUP, 'a')).toEqual([second]);
  });

  it('include delete markers where the rule replicates them', async () => {
    const { world, ids } = await existing(['a']);
    const [first] = ids;
    await world.setRules([]);
    world.remove(undefined, SOURCE, 'a');
    world.clock.ms += DAY;
    await world.setRules([stored(world, EXISTING)]);
    await world.scanned();
    expect(world.stack(BACKUP, 'a')).toEqual(['M', first]);
  });

  it('stay at the source under a rule that does not ask for them', async () => {
    const { world } = await existing(['a'], {});
    await world.scanned();
    expect(world.stack(BACKUP, 'a')).toEqual([]);
    expect((await world.store.result())?.counts.rules).toEqual({});
  });
});

describe('a second scan of a bucket where nothing was written', () => {
  it('makes listing requests alone', async () => {
    const { world } = await existing(['a', 'b', 'a', 'c/d', 'e']);
    world.put('archived', { storageClass: 'ARCHIVE' }, SOURCE, 'archived');
    world.clock.ms += SETTLED;
    world.remove(undefined, SOURCE, 'e');
    await world.scanned();
    await ask(world);
    // Versions that were young the first time are proved now.
    await world.scanned();
    world.clock.ms += SETTLED;
    await ask(world);
    world.requests.length = 0;
    await world.scanned();
    expect(new Set(atBuckets(world))).toEqual(new Set(['listVersions source', 'listVersions backup']));
    expect(atBuckets(world)).toHaveLength(2);
    const result = await world.store.result();
    expect(result?.deeds).toMatchObject({ looked: 0, copied: 0 });
    expect(result?.counts.rules[RULE.id]).toMatchObject({ replicated: [5, expect.any(Number)], skipped: [1, 8] });
  });

  const ask = (world: ScanDeployment) => world.store.putRequest({ kind: 'repair', prefix: '', asked: world.clock.ms });
});

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

  it('remembers no key that listings may still lack versions of', async () => {
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

describe('ranges', () => {
  it('are cut from the listing, however skewed the names are, and together hold every key once', async () => {
    const deep = Array.from({ length: 95 }, (_, i) => `deep/prefix/${String(i).padStart(3, '0')}`);
    const keys = ['a', ...deep, ...Array.from({ length: 30 }, () => 'one key'), 'z'];
    const { world } = await existing(keys, EXISTING, { rangeEntries: 10 });
    await world.scanned();
    const result = await world.store.result();
    expect(result?.counts.keys).toBe(98);
    expect(result?.deeds.copied).toBe(127);
    expect(result?.counts.rules[RULE.id]?.replicated[0]).toBe(127);
    const scan = await world.store.scan();
    expect((await world.store.doneRanges(scan?.id ?? '')).length).toBe(11);
  });

  it('that have grown are cut again by the next scan', async () => {
    const { world } = await existing(['a', 'b', 'c'], EXISTING, { rangeEntries: 10 });
    await world.scanned();
    write(
      world,
      Array.from({ length: 50 }, (_, i) => `b${i}`),
    );
    world.clock.ms += 25 * 3_600_000;
    await world.scanned();
    world.clock.ms += 25 * 3_600_000;
    await world.scanned();
    const scan = await world.store.scan();
    expect((await world.store.doneRanges(scan?.id ?? '')).length).toBeGreaterThan(4);
    expect((await world.store.result())?.counts.keys).toBe(53);
  });
});

describe('state of the deployment', () => {
  it('keeps nothing of an ended scan but its result, its ranges and their ledgers', async () => {
    const { world } = await existing(['a', 'b', 'c', 'd', 'e'], EXISTING, { rangeEntries: 2 });
    await world.scanned();
    world.clock.ms += 25 * 3_600_000;
    await world.scanned();
    const scan = await world.store.scan();
    const names = world.state('').filter((name) => !name.startsWith('rules/'));
    expect(names.filter((name) => !name.startsWith('pairs/'))).toEqual([]);
    expect(names.filter((name) => name.split('/').length > 3).every((name) => name.includes(scan?.id ?? ''))).toBe(
      true,
    );
    expect(STATE.bucket).toBe('crr-dev-gz-1250000000');
  });
});
