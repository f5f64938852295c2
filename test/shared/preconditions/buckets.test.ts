import { beforeEach, describe, expect, it } from 'vitest';
import { CosError, formatPlace } from '../../../shared/cos/index.ts';
import { checkBuckets, lifecycleOf, preconditionsOf, readPreconditions } from '../../../shared/preconditions/index.ts';
import { BACKUP, deployment, OTHER, RULE, SOURCE, STATE, type Deployment } from '../../deployment/index.ts';
import { rule } from '../rules/sample.ts';

const PAIR = { source: SOURCE, destination: BACKUP };
const HOUR = 3_600_000;

let world: Deployment;
beforeEach(async () => {
  world = await deployment();
});

const deps = () => ({ ...world.engine.deps, rules: world.engine.rules, now: () => world.clock.ms });
const check = () => checkBuckets(deps(), [SOURCE]);
const readOf = async (pair: typeof PAIR) => preconditionsOf(await readPreconditions(deps()), pair, world.clock.ms);
const read = () => readOf(PAIR);
const atBackup = () => world.core.listVersions(BACKUP.bucket, BACKUP.region, {}).entries;
const refusal = (code: string, status = 403, retryable = false) =>
  new CosError({ method: 'PUT', place: BACKUP, key: '' }, 'refused', { code, status, retryable, outcome: 'none' });

describe('the hourly check of buckets', () => {
  it('finds nothing broken where everything works, and leaves nothing behind', async () => {
    expect(await check()).toMatchObject({ broken: [], places: [SOURCE, BACKUP].map(formatPlace) });
    expect(await read()).toMatchObject({ broken: [], buckets: { measuredAt: world.clock.ms } });
    expect(atBackup()).toEqual([]);
  });

  it('tries no bucket that no enabled rule names', async () => {
    await world.setRules([rule({ destination: BACKUP }), rule({ id: 'off', destination: OTHER, enabled: false })]);
    expect((await check()).places).toEqual([SOURCE, BACKUP].map(formatPlace));
    await world.setRules([{ ...RULE, enabled: false }]);
    expect((await check()).places).toEqual([]);
    expect((await read()).buckets).toEqual({ measuredAt: null, reason: 'not-checked' });
  });

  it.each([
    ['versioning that is suspended', 'BucketVersionNotOpen', undefined],
    ['a role that may not write', 'AccessDenied', 'putObject backup'],
    ['a missing bucket', 'NoSuchBucket', 'getVersioning backup'],
    ['a bucket that cannot be reached', 'ConnectionFailed', 'getVersioning backup'],
  ])('finds %s, with the time of the first finding', async (_, cause, call) => {
    if (call === undefined) world.core.putVersioning(BACKUP.bucket, BACKUP.region, 'Suspended');
    world.onRequest((asked) => {
      if (asked === call) throw refusal(cause);
    });
    const since = world.clock.ms;
    await check();
    world.clock.ms += HOUR;
    await check();
    expect((await read()).broken).toEqual([
      { check: 'destination', place: formatPlace(BACKUP), what: BACKUP.bucket, cause, since },
    ]);
  });

  it('finds a source that cannot be listed, and reports that source alone', async () => {
    world.onRequest((asked) => {
      if (asked === 'listVersions source') throw refusal('AccessDenied');
    });
    await check();
    expect((await read()).broken).toMatchObject([{ check: 'source', cause: 'AccessDenied' }]);
    const other = await readOf({ source: OTHER, destination: BACKUP });
    expect(other.broken).toEqual([]);
  });

  it('removes the version that a killed check has left, and no version of anybody else', async () => {
    world.onRequest((asked) => {
      if (asked === 'deleteObject backup') throw refusal('ServiceUnavailable', 503, true);
    });
    await check();
    expect(atBackup()).toHaveLength(1);
    world.onRequest(() => undefined);
    await check();
    expect(atBackup()).toEqual([]);
    const theirs = world.put('theirs', {}, BACKUP, `.replication-preflight/hourly/${STATE.bucket}`);
    await check();
    expect(atBackup().map(({ versionId }) => versionId)).toEqual([theirs.versionId]);
  });

  it('writes only once where nothing may be removed, and does not report that as a fault', async () => {
    world.onRequest((asked) => {
      if (asked === 'deleteObject backup') throw refusal('AccessDenied');
    });
    for (let i = 0; i < 3; i += 1) expect((await check()).broken).toEqual([]);
    expect(atBackup()).toHaveLength(1);
  });

  it('records the lifecycles that bound the versions of each bucket, and reports no fault where it may not read them', async () => {
    world.onRequest((asked) => {
      if (asked === 'getExpiries backup') throw refusal('AccessDenied');
    });
    expect((await check()).broken).toEqual([]);
    const found = await readPreconditions(deps());
    expect(lifecycleOf(found, SOURCE, world.clock.ms)).toMatchObject({ rules: [], total: 0 });
    expect(lifecycleOf(found, BACKUP, world.clock.ms)).toBe('AccessDenied');
    expect(lifecycleOf(found, OTHER, world.clock.ms)).toBe('not-checked');
  });

  it('is made again where somebody damaged its findings', async () => {
    world.put('{', {}, STATE, 'status/checks/buckets');
    expect((await read()).buckets).toEqual({ measuredAt: null, reason: 'not-checked' });
    await check();
    expect((await read()).buckets.measuredAt).toBe(world.clock.ms);
  });

  it('reports the function as silent that has not checked for hours, and no longer believes its last findings', async () => {
    world.core.putVersioning(BACKUP.bucket, BACKUP.region, 'Suspended');
    await check();
    const since = world.clock.ms;
    world.clock.ms += 3 * HOUR + 1;
    expect(await read()).toMatchObject({
      broken: [{ check: 'function', what: 'scan', cause: 'function-silent', since }],
      buckets: { measuredAt: null, reason: 'not-checked' },
    });
  });
});
