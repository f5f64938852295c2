import { beforeEach, describe, expect, it } from 'vitest';
import { BACKUP, deployment, type Deployment, KEY, MARKER_EVENT, SETTLED, SOURCE } from '../../deployment/index.ts';

/**
 * The protocol's table of requests. Requests for rules are not counted, because they run beside the work. Where a run
 * acted on listings, it leaves a later look: one PUT that the table does not count, because its listings do not lag.
 */
const TOLD = { markerTold: () => true };
const TARGET = { source: SOURCE, destination: BACKUP, key: KEY };

/** The two buckets' own listings. */
const listings = (world: Deployment): number => world.requests.filter((call) => call.startsWith('listVersions')).length;
const cost = (world: Deployment) => ({ requests: world.requests.length, listings: world.listings() });

describe('requests per case', () => {
  let world: Deployment;
  beforeEach(async () => {
    world = await deployment(TOLD);
  });

  /** A version that was replicated some time ago. */
  const replicated = async (text: string) => {
    const version = world.put(text);
    await world.replicate({ version });
    await later();
    return version;
  };
  const later = async (): Promise<void> => {
    world.clock.ms += SETTLED;
    await world.engine.rules.getBoth(SOURCE).fresh;
  };

  it('a new key costs 6, no listing', async () => {
    const version = world.put('1');
    expect(await world.replicate({ version })).toEqual({ done: 1, deferred: 0 });
    expect(cost(world)).toEqual({ requests: 6, listings: 0 });
    expect(world.stack()).toEqual([version.versionId]);
  });

  // P3
  it('a new key costs one round trip to the other region before the copy starts', async () => {
    await world.replicate({ version: world.put('1') });
    const far = world.requests.filter((call) => call.endsWith(' backup'));
    expect(far).toEqual(['headObject backup', 'copyObject backup']);
  });

  it('a new key by an event without version ID costs 6, no listing', async () => {
    await world.replicate({ version: world.put('1'), vid: '' });
    expect(cost(world)).toEqual({ requests: 6, listings: 0 });
  });

  it('an overwrite in order costs 6, no listing', async () => {
    const first = await replicated('1');
    const version = world.put('2');
    await world.replicate({ version });
    expect(cost(world)).toEqual({ requests: 6, listings: 0 });
    expect(world.stack()).toEqual([version.versionId, first.versionId]);
  });

  it('a duplicate event that names its version costs 5, no listing', async () => {
    const version = await replicated('1');
    await world.replicate({ version });
    expect(cost(world)).toEqual({ requests: 5, listings: 0 });
  });

  it('a duplicate event that names none takes the full look: 8, two listings', async () => {
    const version = await replicated('1');
    await world.replicate({ version, vid: '' });
    expect(cost(world)).toEqual({ requests: 8, listings: 2 });
    expect(world.stack()).toEqual([version.versionId]);
  });

  it('a new key where a 404 does not name the delete marker costs 8, two listings', async () => {
    world = await deployment();
    await world.replicate({ version: world.put('1') });
    expect(cost(world)).toEqual({ requests: 8, listings: 2 });
  });

  it('a put after a delete costs 9 and the later look, two listings', async () => {
    await replicated('1');
    await world.replicate({ name: MARKER_EVENT, vid: world.remove().versionId ?? '' });
    await later();
    await world.replicate({ version: world.put('2') });
    expect(listings(world)).toBe(2);
    expect(world.requests).toHaveLength(9 + 1);
    expect(world.stack()).toHaveLength(3);
  });

  it('a delete marker costs 8 and the later look, two listings', async () => {
    await replicated('1');
    await world.replicate({ name: MARKER_EVENT, vid: world.remove().versionId ?? '' });
    expect(listings(world)).toBe(2);
    expect(world.requests).toHaveLength(8 + 1);
    expect(world.stack()[0]).toBe('M');
  });

  it('an older version that is replicated costs 10, two listings', async () => {
    const older = await replicated('1');
    await replicated('2');
    await world.replicate({ version: older });
    expect(listings(world)).toBe(2);
    expect(world.requests.length).toBeLessThanOrEqual(10);
  });

  it('an older version that is missing goes below: one copy, one raise and one removal, 15 on a new key', async () => {
    const first = world.put('1');
    world.clock.ms += 1000;
    await world.replicate({ version: world.put('2') });
    await world.replicate({ version: first });
    expect(world.requests).toHaveLength(15 + 1);
  });

  it('an older version that is missing goes between: one copy, one raise and one removal', async () => {
    await replicated('0');
    const older = world.put('1');
    world.clock.ms += 1000;
    const newer = world.put('2');
    await world.replicate({ version: newer });
    await world.replicate({ version: older });
    const count = (call: string): number => world.requests.filter((one) => one === call).length;
    expect(count('copyObject backup')).toBe(2);
    expect(count('deleteObject backup')).toBe(1);
    expect(count('listVersions source')).toBe(1);
    expect(world.stack().slice(0, 2)).toEqual([newer.versionId, older.versionId]);
    expect(world.stack()).toHaveLength(3);
  });

  it('a taken key costs 5, and 1 for each further event, no listing', async () => {
    const version = world.put('1');
    await world.engine.leases.acquire(TARGET, { floor: 0, since: Infinity }, world.clock.ms + 60_000);
    expect(await world.replicate({ version })).toEqual({ done: 0, deferred: 1 });
    expect(cost(world)).toEqual({ requests: 5, listings: 0 });
    await world.replicate({ version });
    expect(cost(world)).toEqual({ requests: 1, listings: 0 });
  });
});
