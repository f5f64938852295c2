import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { reattempted } from '../../../../functions/api/schemas.ts';
import type { Reattempted } from '../../../../functions/api/schemas.ts';
import { PAIR, SOURCE, STATE, errorOf } from '../bench.ts';
import type { Call } from '../bench.ts';
import { BACKUP, THIRD, createWorld, ruleText, untilNextSecond } from '../../../deployment/over-http.ts';
import type { World } from '../../../deployment/over-http.ts';
import { deferMany, stateKeys, task } from './waiting-work.ts';

const FUTURE = Date.UTC(2100, 0, 1);
const ELSEWHERE = { bucket: 'second-1250000000', region: 'ap-guangzhou' };
let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(async () => {
  await world.close();
});

async function reattempt(body?: object, query: Call['query'] = []): Promise<Reattempted> {
  const more = body === undefined ? {} : { body: JSON.stringify(body) };
  const { status, json } = await world.ask('POST', 'replicationReattempt', { query, ...more });
  expect(status).toBe(202);
  return reattempted.parse(json);
}

const names = (prefix: string) => stateKeys(world, prefix);

describe('reattempt', () => {
  it("makes all waiting work of the bucket due, and nobody else's", async () => {
    await world.engine.tasks.defer(task('a'), FUTURE);
    await world.engine.tasks.defer(task('b', { destination: THIRD }), FUTURE);
    await world.engine.tasks.defer(task('c', { source: ELSEWHERE }), FUTURE);
    expect(await reattempt()).toEqual({
      bucket: SOURCE.bucket,
      started: 2,
      requested: 0,
      outOfScope: [],
      notFound: [],
    });
    expect(await names('tasks/')).toHaveLength(2);
    expect(await names('waiting/')).toHaveLength(1);
    const started = await Promise.all((await names('tasks/')).map((name) => world.engine.tasks.load(name)));
    expect(started.map((one) => one?.task)).toEqual(
      expect.arrayContaining([expect.objectContaining({ key: 'a', cause: 'SlowDown', attempts: 2 })]) as unknown,
    );
    expect(await reattempt()).toMatchObject({ started: 0 });
  });

  it('starts a bounded number at once, and continues at its cursor', async () => {
    const keys = Array.from({ length: 1030 }, (_, n) => `key-${n}`);
    await deferMany(world, keys, () => FUTURE);
    const first = await reattempt();
    expect(first.started).toBe(1000);
    const second = await reattempt(undefined, [['marker', first.marker ?? '']]);
    expect(second).toMatchObject({ started: 30, requested: 0 });
    expect(second).not.toHaveProperty('marker');
    expect(await names('waiting/')).toEqual([]);
    expect(await names('tasks/')).toHaveLength(1030);
  });

  it('counts keys, however many tasks wait for them, and leaves re-checks to their time', async () => {
    await world.engine.tasks.defer(task('a'), FUTURE);
    await world.engine.tasks.defer(task('a', { cause: 'taken' }), FUTURE);
    await world.engine.tasks.defer(task('a', { destination: THIRD }), FUTURE);
    await world.engine.tasks.defer(task('done', { cause: 'settle' }), FUTURE);
    expect(await reattempt()).toMatchObject({ started: 1 });
    expect(await names('tasks/')).toHaveLength(3);
    expect(await names('waiting/')).toHaveLength(1);
  });

  it('of named keys moves their tasks, asks for a look where none waits, and leaves other keys alone', async () => {
    await world.rules(ruleText('all', BACKUP, '<Prefix>in/</Prefix>'), ruleText('too', THIRD, '<Prefix>in/</Prefix>'));
    for (const key of ['in/a', 'in/b', 'in/c', 'in/new', 'in/deleted', 'out'])
      await world.user.putObject(SOURCE, key, Buffer.from('x'));
    await world.user.deleteObject(SOURCE, 'in/deleted');
    await world.engine.tasks.defer(task('in/a'), FUTURE);
    await world.engine.tasks.defer(task('in/b'), FUTURE);
    await world.engine.tasks.submit(task('in/c'));
    const answer = await reattempt({ keys: ['in/a', 'in/c', 'in/new', 'in/deleted', 'out', 'in/a', 'in/nothing'] });
    expect(answer).toEqual({
      bucket: SOURCE.bucket,
      started: 1,
      requested: 3,
      outOfScope: ['out'],
      notFound: ['in/nothing'],
    });
    expect(await names('waiting/')).toHaveLength(1);
    // in/a: one moved, one looked for at the other destination; in/c: already started at one of the two.
    expect(await names('tasks/')).toHaveLength(8);
  });

  it('names keys that are older than the rules', async () => {
    await world.user.putObject(SOURCE, 'old', Buffer.from('x'));
    await untilNextSecond(world.cloud.core.getObject(SOURCE.bucket, SOURCE.region, 'old').time);
    await world.rules(ruleText('all', BACKUP));
    await world.user.putObject(SOURCE, 'new', Buffer.from('x'));
    expect(await reattempt({ keys: ['old', 'new'] })).toMatchObject({ requested: 1, outOfScope: ['old'] });
    const all = '<ExistingObjectReplication><Status>Enabled</Status></ExistingObjectReplication>';
    await world.rules(ruleText('all', BACKUP), ruleText('whole', THIRD, all));
    expect(await reattempt({ keys: ['old'] })).toMatchObject({ requested: 1, outOfScope: [] });
    expect(await names('tasks/')).toHaveLength(2);
  });

  it('asks for a full look, which finds a version that its event did not lead to', async () => {
    await world.rules(ruleText('all', BACKUP));
    await world.user.putObject(SOURCE, 'a', Buffer.from('x'));
    await reattempt({ keys: ['a'] });
    const [name = ''] = await names('tasks/');
    expect((await world.engine.tasks.load(name))?.task).toMatchObject({
      key: 'a',
      cause: 'requested',
      floor: 0,
      attempts: 0,
      hints: [],
    });
  });

  it.each([
    ['no JSON', '{', 'The body is not JSON.'],
    ['another type', '[]', 'The body must be an object, such as {"keys":["a.jpg"]}.'],
    ['an unknown field', '{"key":"a"}', 'The body has a field that is not known: key.'],
    ['no keys at all', '{"keys":[]}', 'In the body, keys must have at least 1.'],
    ['an empty key', '{"keys":[""]}', 'In the body, keys.0 is not valid: no object can have this key.'],
    ['a key that is too long', JSON.stringify({ keys: ['x'.repeat(851)] }), 'no object can have this key'],
    [
      'too many keys',
      JSON.stringify({ keys: Array.from({ length: 1001 }, String) }),
      'In the body, keys must have at most 1000 items.',
    ],
    ['no text', '{"keys":["a",1]}', 'In the body, keys.1 must be of the type string.'],
    ['no list', '{"keys":"a"}', 'In the body, keys must be of the type array.'],
  ])('refuses a body with %s, and names the fault', async (_, body, message) => {
    const answer = await world.call({ method: 'POST', query: [['replicationReattempt', '']], body });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'InvalidArgument' });
    expect(errorOf(answer).message).toContain(message);
    expect(await names('tasks/')).toEqual([]);
  });

  it('refuses a body that is too large in a message that does not mention XML', async () => {
    const body = JSON.stringify({ keys: ['x'.repeat(4 * 1024 * 1024)] });
    const answer = await world.call({ method: 'POST', query: [['replicationReattempt', '']], body });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'EntityTooLarge' });
    expect(answer.body).not.toContain('XMLSizeLimit');
  });

  it.each([
    ['cnVsZXMv', 'The marker is not one that this service gave: send none to begin again.'],
    ['d2FpdGluZy8', 'A marker goes with a call that names no keys.'],
  ])('refuses the cursor %s beside keys', async (marker, message) => {
    const query = [
      ['replicationReattempt', ''],
      ['marker', marker],
    ] as const;
    const answer = await world.call({ method: 'POST', query, body: '{"keys":["a"]}' });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'InvalidArgument', message });
  });
});

describe('all of these calls', () => {
  it.each([
    ['GET', 'replicationStatus', '/a'],
    ['GET', 'replicationFailures', '/'],
    ['POST', 'replicationReattempt', '/'],
    ['POST', 'replicationPreflight', '/'],
  ] as const)('must sign host and sub-resource, and need the right: %s %s', async (method, subresource, path) => {
    const call = { method, path, query: [[subresource, ''] as const] };
    for (const options of [{ signed: [] }, { params: [] }]) {
      expect(errorOf(await world.call(call, options))).toMatchObject({
        status: 403,
        code: 'AccessDenied',
        message: expect.stringMatching(/^Strict signature missing (?:header|param) that must be signed/) as string,
      });
    }
    const key = { buckets: [], rights: ['metrics'], pair: { ...PAIR, secretId: 'AKIDmetrics' } };
    await world.user.putObject(
      STATE,
      'keys/AKIDmetrics',
      Buffer.from(JSON.stringify({ ...key, ...key.pair, created: 0 })),
    );
    expect(errorOf(await world.call(call, { pair: key.pair }))).toMatchObject({
      status: 403,
      message: `This API key lacks the right "${method === 'GET' ? 'read' : 'write'}".`,
    });
    expect(errorOf(await world.call({ ...call, method: method === 'GET' ? 'POST' : 'GET' })).status).toBe(405);
    expect(errorOf(await world.call({ ...call, query: [...call.query, ['replication', '']] }))).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
    });
    expect(await names('tasks/')).toEqual([]);
  });
});
