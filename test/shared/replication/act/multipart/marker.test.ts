import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LANDING_MS } from '../../../../../shared/durations/index.ts';
import { attemptId, attemptOf, landingMs } from '../../../../../shared/identity/marker.ts';
import { DESTINATION, SOURCE } from '../../decide/build.ts';
import { LargeDeployment, MEGABYTE } from '../../../../deployment/index.ts';

const DAY = 86_400_000;

describe('an attempt in parts', () => {
  it.each([
    [true, true, 'p'],
    [false, true, 'q'],
    [true, false, 'v'],
    [false, false, 'w'],
  ])('is named %s, in parts %s: %s', (named, inParts, kind) => {
    const id = attemptId(1_700_000_000_999, named, 'u1', inParts);
    expect(id).toBe(`1700000000-${kind}u1`);
    expect(attemptOf(id)).toEqual({ id, attempted: 1_700_000_000_000, named, ...(inParts ? { inParts } : {}) });
  });

  it.each(['', '1-v', '1-xu', '1-pu-', '1-pu;', 'x1-pu'])('is not named %j', (id) =>
    expect(attemptOf(id)).toBeUndefined(),
  );

  it('may take effect for as long as its bytes take, and a day; one request for a quarter of an hour', () => {
    expect(landingMs(undefined, 5 * 2 ** 30)).toBe(LANDING_MS);
    expect(landingMs(true, 0)).toBe(DAY);
    expect(landingMs(true, 4 * 2 ** 40)).toBeGreaterThan(10 * DAY);
    expect(landingMs(true, 2)).toBeGreaterThan(landingMs(true, 1));
  });
});

describe("a user's copy of a large replica whose original is removed", () => {
  let world: LargeDeployment;
  beforeEach(async () => {
    world = new LargeDeployment({ largeFrom: MEGABYTE });
    await world.setRule();
  });
  afterEach(() => world.close());

  it('is not ours when it is later than an attempt may be', async () => {
    const { bucket, region } = DESTINATION;
    const source = world.upload('k', 3 * MEGABYTE);
    await world.event(source);
    await world.rest();
    const [replica] = world.replicas('k');
    world.now += 2 * DAY;
    const { attributes } = replica!;
    const from = { bucket, region, key: 'k', versionId: replica!.versionId };
    const how = { replaceMetadata: true, replaceTags: true, attributes };
    const { version } = world.core.copyObject(bucket, region, 'k', from, how, { requestId: 'user' });
    world.core.deleteObject(bucket, region, 'k', replica!.versionId, { requestId: 'lifecycle' });

    const facts = {
      floor: 0,
      since: Infinity,
      hints: [source.versionId],
      cause: 'scan',
      attempts: 0,
      first: world.now,
    };
    await world.engine.tasks.submit({ source: SOURCE, destination: DESTINATION, key: 'k', ...facts });
    await world.rest();
    const ids = world.replicas('k').map(({ versionId }) => versionId);
    expect(ids).toContain(version.versionId);
    expect(ids).toHaveLength(2);
  });
});
