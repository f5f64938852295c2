import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { dryRun } from '../../../../functions/api/dry-run-schemas.ts';
import type { DryRun } from '../../../../functions/api/dry-run-schemas.ts';
import { createKeyStore } from '../../../../shared/access/index.ts';
import { costOf, LIST_PRICES } from '../../../../shared/cost/index.ts';
import { configuration } from '../../../shared/rules/sample.ts';
import { errorOf, SOURCE, STATE } from '../bench.ts';
import { BACKUP, createWorld, ruleText, THIRD, type World } from '../../../deployment/over-http.ts';

const EXISTING = '<ExistingObjectReplication><Status>Enabled</Status></ExistingObjectReplication>';
const marker = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

let world: World;
beforeAll(async () => {
  world = await createWorld();
  for (const [key, text] of [
    ['a', 'first'],
    ['a', 'second one'],
    ['logs/1', 'line'],
    ['gone', 'x'],
  ] as const) {
    await world.user.putObject(SOURCE, key, Buffer.from(text));
  }
  await world.user.deleteObject(SOURCE, 'gone');
});
afterAll(() => world.close());

async function ask(rules: readonly string[], query: readonly (readonly [string, string])[] = []): Promise<DryRun> {
  const { status, json } = await world.ask('POST', 'replicationDryRun', { body: configuration(...rules), query });
  expect(status).toBe(200);
  return dryRun.parse(json);
}

const refusal = async (body: string, query: readonly (readonly [string, string])[] = []) => {
  const { status, code } = errorOf(
    await world.call({ method: 'POST', query: [['replicationDryRun', ''], ...query], body }),
  );
  return [status, code];
};

const stateObjects = () => world.cloud.core.listObjects(STATE.bucket, STATE.region, {}).entries.map(({ key }) => key);

describe('a dry run', () => {
  it('counts the versions that rules would replicate, with the rights of the role, and stores nothing', async () => {
    const before = stateObjects();
    const answer = await ask([ruleText('all', BACKUP, EXISTING), ruleText('logs', THIRD, `<Prefix>logs/</Prefix>`)]);
    expect(answer).toMatchObject({ bucket: SOURCE.bucket, prefix: '', listed: 5, complete: true });
    const all = { objects: 2, versions: 4, bytes: 20, deleteMarkers: 1 };
    expect(answer.destinations[0]).toMatchObject({
      destination: `${BACKUP.bucket}@${BACKUP.region}`,
      rules: [{ id: 'all', ...all }],
      replicates: all,
      already: { versions: 0, bytes: 0, deleteMarkers: 0 },
      skipped: [],
      usage: { functionRuns: 5, bytesAcrossRegions: 20 },
    });
    // Written before the rules would be stored, or in that very second.
    const logs = answer.destinations[1];
    const skipped = logs?.skipped.reduce((sum, { versions }) => sum + versions, 0) ?? 0;
    expect((logs?.replicates.versions ?? 0) + skipped).toBe(4);
    expect(stateObjects()).toEqual(before);
    expect((await world.call({ method: 'GET', query: [['replication', '']] })).statusCode).toBe(404);
    for (const { bucket, region } of [BACKUP, THIRD]) {
      expect(world.cloud.core.listVersions(bucket, region, {}).entries).toEqual([]);
    }
  });

  it('estimates the cost of the usage at list prices, of all destinations together', async () => {
    const { destinations, cost } = await ask([ruleText('a', BACKUP, EXISTING), ruleText('b', THIRD, EXISTING)]);
    for (const { usage, cost: price } of destinations) {
      const { requests, functionRuns, gbSeconds, bytesAcrossRegions } = usage;
      expect(requests).toBeGreaterThan(0);
      expect(price).toEqual({
        currency: LIST_PRICES.currency,
        ...costOf({ requests, invocations: functionRuns, gbSeconds, bytesAcrossRegions }, LIST_PRICES),
      });
    }
    expect(cost.total).toBeCloseTo((destinations[0]?.cost.total ?? 0) * 2, 12);
  });

  it('continues at a cursor', async () => {
    const rules = [ruleText('all', BACKUP, EXISTING)];
    const { entries } = await world.user.listVersions(SOURCE, { maxKeys: 1 });
    const answer = await ask(rules, [['marker', marker([entries[0]?.key, entries[0]?.versionId])]]);
    expect(answer).toMatchObject({ listed: 4, complete: true });
    expect(answer.destinations[0]?.replicates).toMatchObject({ objects: 1, versions: 3, bytes: 10 });
  });

  it('refuses everything that a PUT would refuse, with the same code', async () => {
    const elsewhere = { bucket: 'other-1250000000', region: 'ap-shanghai' };
    const bodies = [configuration(ruleText('a', elsewhere)), configuration(ruleText('a', BACKUP, '<X/>')), '', '{}'];
    for (const body of bodies) {
      const put = errorOf(await world.call({ method: 'PUT', body }));
      expect(await refusal(body)).toEqual([put.status, put.code]);
    }
    world.cloud.core.putVersioning(THIRD.bucket, THIRD.region, 'Suspended');
    expect(await refusal(configuration(ruleText('a', THIRD)))).toEqual([400, 'BucketVersionNotOpen']);
    world.cloud.core.putVersioning(THIRD.bucket, THIRD.region, 'Enabled');
  });

  it.each([
    ['no JSON', 'x'],
    ['no pair', marker('x')],
    ['no version', marker(['a'])],
    ['no key', marker(['', '1'])],
    ['no text', marker(['a', 1])],
    ['what is no version ID', marker(['a', 'no\nID'])],
    ['a key that is too long', marker(['k'.repeat(900), '1'])],
    ['too much', 'y'.repeat(5000)],
  ])('refuses a cursor that it never gave, with %s', async (_, text) => {
    const body = configuration(ruleText('all', BACKUP));
    expect(await refusal(body, [['marker', text]])).toEqual([400, 'InvalidArgument']);
  });

  it("names no destination outside the key's rights", async () => {
    const pair = { secretId: 'AKIDbackup', secretKey: 'the secret of the backup key' };
    const keys = createKeyStore({ cos: world.user, state: STATE, now: Date.now, random: randomBytes });
    await keys.add({ buckets: [], destinations: [BACKUP.bucket], rights: ['read'], pair });
    const call = (body: string) => world.call({ method: 'POST', query: [['replicationDryRun', '']], body }, { pair });
    expect(errorOf(await call(configuration(ruleText('a', THIRD))))).toMatchObject({
      status: 403,
      code: 'AccessDenied',
    });
    expect((await call(configuration(ruleText('a', BACKUP)))).statusCode).toBe(200);
  });

  it('counts versions of stored rules and archived objects separately', async () => {
    const rules = [ruleText('all', BACKUP, EXISTING)];
    await world.rules(...rules);
    const cold = { Key: 'cold', Body: 'ice', StorageClass: 'ARCHIVE' } as const;
    await world.sdk.putObject({ Bucket: SOURCE.bucket, Region: SOURCE.region, ...cold });
    const [found] = (await ask(rules)).destinations;
    expect(found).toMatchObject({
      replicates: { objects: 0, versions: 0, bytes: 0, deleteMarkers: 0 },
      already: { versions: 4, bytes: 20, deleteMarkers: 1 },
      skipped: [{ reason: 'archived', versions: 1, bytes: 3, deleteMarkers: 0 }],
    });
  });
});
