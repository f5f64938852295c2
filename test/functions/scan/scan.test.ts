import { describe, expect, it } from 'vitest';
import { BACKUP, RULE, type ScanDeployment, SETTLED, SOURCE, STATE } from '../../deployment/index.ts';
import { DAY, EXISTING, write, stored, existing, requestsOf, atBuckets } from './existing.ts';

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
