import { afterAll, beforeAll, expect, it } from 'vitest';
import { VERBS } from '../../functions/api/verbs/index.ts';
import { roleName } from '../../shared/deploy/config/names.ts';
import { ROLE_KINDS } from '../../shared/deploy/types.ts';
import * as deeds from './rights/deeds.ts';
import { refused, unneeded } from './rights/judge.ts';
import { plantPast } from './rights/past.ts';
import { rulesOf } from './rights/rules.ts';
import { BACKUP, openRights, settings, type RightsWorld } from './rights/rights-world.ts';

const LONG = 540_000;
let world: RightsWorld;
beforeAll(async () => {
  world = await openRights();
  await plantPast(world);
  await world.deploy();
}, LONG);
afterAll(() => world.close());

/** Rules are stored and removed, and their scans end. A scan finds everything from before its rules. */
async function scanExisting(): Promise<void> {
  // No run has cleaned up yet, so the API shows the work that killed runs have left.
  await deeds.setRules(world, 'all');
  await world.call('GET', 'replication');
  await world.call('GET', 'replicationStatus');
  await world.call('GET', 'replicationStatus', undefined, 'all/live/plain');
  await deeds.setRules(world, 'none');
  await deeds.endScan(world);
  await world.call('POST', 'replicationScan', '{}');
  await world.minute();
  await deeds.endScan(world);
  await deeds.use(world, 'before');
  // A canary has been copied since. This scan is the first that needs to know the destination's answer for a deleted
  // key.
  deeds.forget(world, 'status/marker/');
  await deeds.setRules(world, 'all');
  await world.minute();
  await world.minute();
}

/** Live writes, small and large, with many versions that no rule covers, and while the destination refuses. */
async function replicate(): Promise<void> {
  const { cloud, put, call, idle, minute } = world;
  deeds.forget(world, 'examined/');
  for (const body of ['last', 'very last']) {
    await put('picked/seen', body, { 'x-cos-tagging': 'a=b' });
    await idle();
  }
  await deeds.use(world, 'live');
  await deeds.use(world, 'later');
  deeds.uploadLarge(world, 'all/large');
  await minute();
  await deeds.holdUpParts(world);
  const { bucket, region } = BACKUP;
  cloud.core.putVersioning(bucket, region, 'Suspended');
  await put('all/refused');
  await idle();
  await call('GET', 'replicationFailures');
  await call('GET', 'replicationStatus', undefined, 'all/refused');
  cloud.core.putVersioning(bucket, region, 'Enabled');
  await call('POST', 'replicationReattempt');
  await idle();
}

/** Changes without an event are replicated on request: by key, and by a scan. */
async function bringProperties(): Promise<void> {
  for (const name of ['live', 'later']) await deeds.changeProperties(world, name);
  const keys = ['plain', 'tagged', 'untagged', 'open'].map((key) => `all/live/${key}`);
  await world.call('POST', 'replicationReattempt', JSON.stringify({ keys: [...keys, 'picked/live'] }));
  await world.idle();
  await deeds.uploadUnnoticed(world, 'all/unnoticed');
  await deeds.haveScanEnded(world);
  await world.call('POST', 'replicationScan', '{"kind":"properties"}');
  await world.minute();
  await world.minute();
}

/** Every other call of the API. */
async function ask(): Promise<void> {
  const { call, minute } = world;
  await call('POST', 'replicationDryRun', rulesOf('all'));
  await call('POST', 'replicationPreflight');
  await call('GET', 'replicationStatus', undefined, 'picked/live');
  await call('GET', 'replicationDeployment');
  await call('POST', 'replicationPause', '{}');
  await call('GET', 'replicationScans');
  await call('POST', 'replicationVerify', '{"deep":true,"prefix":"picked/"}');
  await call('GET', 'replicationVerify');
  await minute();
  await call('POST', 'replicationResume', '{}');
  await minute();
}

it(
  'every action of every policy is needed on each of its resources, and no call needs more than its policy',
  { timeout: LONG },
  async () => {
    await scanExisting();
    await replicate();
    await bringProperties();
    await ask();
    await deeds.crowd(world);
    await world.call('DELETE', 'replication');
    await world.minute();

    // A call that this test does not make may lack rights without a failure.
    const calls = VERBS.map(({ method, on, subresource }) => `${method} ${on} ${subresource}`);
    expect(calls.filter((call) => !world.called.has(call))).toEqual([]);
    expect([...world.asked.keys()].sort()).toEqual(ROLE_KINDS.map((kind) => roleName(settings, kind)).sort());
    expect(ROLE_KINDS.flatMap((kind) => refused(world, kind))).toEqual([]);
    expect(ROLE_KINDS.flatMap((kind) => unneeded(world, kind))).toEqual([]);
  },
);
