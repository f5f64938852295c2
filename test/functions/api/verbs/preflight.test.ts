import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { preflighted } from '../../../../functions/api/schemas.ts';
import type { Preflighted } from '../../../../functions/api/schemas.ts';
import { CHECKS, createMarkerKnowledge, readPreflight } from '../../../../shared/preflight/index.ts';
import { SOURCE, STATE } from '../bench.ts';
import { BACKUP, THIRD, createWorld } from '../../../deployment/over-http.ts';
import type { World } from '../../../deployment/over-http.ts';

let world: World | undefined;

afterEach(async () => {
  await world?.close();
});

async function run(one: World): Promise<Preflighted> {
  const { status, json } = await one.ask('POST', 'replicationPreflight');
  expect(status).toBe(200);
  return preflighted.parse(json);
}

const versions = async ({ user }: World) =>
  (await Promise.all([BACKUP, THIRD].map((place) => user.listVersions(place, {})))).flatMap(({ entries }) => entries);

const failing = (answer: Preflighted, destination: string) =>
  answer.destinations
    .find((one) => one.destination === destination)
    ?.checks.filter(({ passed }) => !passed)
    .map(({ name, cause }) => `${name}: ${cause}`);

describe('pre-flight', () => {
  beforeEach(async () => {
    world = await createWorld();
  });

  it('passes on usable destinations, with the rights of the role, and leaves nothing behind', async () => {
    const one = world as World;
    await one.user.putObject(BACKUP, '.replication-preflight/of-somebody-else', Buffer.from('x'));
    const before = await versions(one);
    const answer = await run(one);
    expect(answer).toMatchObject({ bucket: 'source-1250000000', passed: true });
    expect(answer.destinations.map(({ destination }) => destination)).toEqual([
      'backup-1250000000@ap-shanghai',
      'third-1250000000@ap-beijing',
    ]);
    for (const { checks } of answer.destinations) {
      expect(checks).toEqual(CHECKS.map((name) => ({ name, passed: true })));
    }
    expect(await versions(one)).toEqual(before);
  });

  it('names an unusable destination, and tries no further there', async () => {
    const one = world as World;
    const { core } = one.cloud;
    core.putVersioning(BACKUP.bucket, BACKUP.region, 'Suspended');
    core.deleteBucket(THIRD.bucket, THIRD.region);
    const answer = await run(one);
    expect(answer.passed).toBe(false);
    const rest = (from: number) => CHECKS.slice(from).map((name) => `${name}: not-tried`);
    expect(failing(answer, 'backup-1250000000@ap-shanghai')).toEqual(['versioning: suspended', ...rest(2)]);
    expect(failing(answer, 'third-1250000000@ap-beijing')).toEqual(['reach: NoSuchBucket', ...rest(1)]);
    expect((await one.user.listVersions(BACKUP, {})).entries).toEqual([]);
  });

  it('gives a code where the role may not write, and no internal detail', async () => {
    const one = world as World;
    const [policy] = one.cloud.cam.attached('api');
    if (policy === undefined) throw new Error('The role has no policy.');
    one.cloud.cam.updatePolicy(policy.id, {
      document: policy.document.replace('"name/cos:PutObject","name/cos:DeleteObject"]', '"name/cos:DeleteObject"]'),
    });
    const answer = await run(one);
    expect(failing(answer, 'backup-1250000000@ap-shanghai')?.[0]).toBe('write: AccessDenied');
    expect(JSON.stringify(answer)).not.toContain(STATE.bucket);
  });
});

describe('a source with rules of COS’s own', () => {
  const about = { source: 'source-1250000000@ap-guangzhou', name: 'native-replication' };

  it('causes a warning, and no failure', async () => {
    world = await createWorld({ nativeReplication: true });
    expect((await run(world)).warnings).toEqual([]);
    const target = `qcs::cos:${BACKUP.region}::${BACKUP.bucket}`;
    await new Promise((resolve, reject) => {
      world?.sdk.putBucketReplication(
        {
          Bucket: SOURCE.bucket,
          Region: SOURCE.region,
          ReplicationConfiguration: {
            Role: 'qcs::cam::uin/1:uin/1',
            Rules: [{ ID: 'own', Status: 'Enabled', Prefix: '', Destination: { Bucket: target } }],
          },
        },
        (error, data) => (error ? reject(new Error(error.message)) : resolve(data)),
      );
    });
    const answer = await run(world);
    expect(answer.warnings).toEqual([{ ...about, cause: 'configured' }]);
    expect(answer.passed).toBe(true);
  });

  it('cause a warning when they cannot be read, and are not reported as missing', async () => {
    world = await createWorld();
    const [policy] = world.cloud.cam.attached('api');
    if (policy === undefined) throw new Error('The role has no policy.');
    world.cloud.cam.updatePolicy(policy.id, {
      document: policy.document.replace(',"name/cos:GetBucketReplication"', ''),
    });
    const answer = await run(world);
    expect(answer.warnings).toEqual([{ ...about, cause: 'AccessDenied' }]);
    expect(answer.passed).toBe(true);
  });
});

describe('the 404 of a delete marker', () => {
  it.each([false, true])('is found out (%s), stored, and known to the engine', async (markerOn404) => {
    world = await createWorld({ markerOn404 });
    const { user } = world;
    const answer = await run(world);
    expect(answer.destinations.map(({ markerTold }) => markerTold)).toEqual([markerOn404, markerOn404]);
    expect(await readPreflight(user, STATE, BACKUP)).toMatchObject({
      destination: BACKUP,
      passed: true,
      markerTold: markerOn404,
    });
    const knowledge = createMarkerKnowledge({ cos: user, state: STATE, now: Date.now, unique: () => 'u' });
    expect(knowledge.told(BACKUP)).toBe(false);
    await knowledge.learn(BACKUP, false);
    expect(knowledge.told(BACKUP)).toBe(markerOn404);
    expect(knowledge.told(THIRD)).toBe(false);
  });
});
