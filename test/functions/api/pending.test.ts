import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { failures, reattempted } from '../../../functions/api/schemas.ts';
import type { Failures, Reattempted } from '../../../functions/api/schemas.ts';
import { requestedTask } from '../../../shared/tasks/index.ts';
import type { Task } from '../../../shared/tasks/index.ts';
import { PAIR, SOURCE, STATE, errorOf } from './bench.ts';
import type { Call } from './bench.ts';
import { BACKUP, THIRD, createWorld, ruleText } from './world.ts';
import type { World } from './world.ts';

const FUTURE = Date.UTC(2100, 0, 1);
const ELSEWHERE = { bucket: 'second-1250000000', region: 'ap-guangzhou' };
let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(async () => {
  await world.close();
});

const task = (key: string, more: Partial<Task> = {}): Task => ({
  ...requestedTask({ source: SOURCE, destination: BACKUP, key }, Date.now() - 60_000),
  cause: 'SlowDown',
  attempts: 2,
  ...more,
});

async function failuresAt(marker?: string): Promise<Failures> {
  const query = marker === undefined ? [] : [['marker', marker] as const];
  return failures.parse((await world.ask('GET', 'replicationFailures', { query })).json);
}

async function reattempt(body?: object, query: Call['query'] = []): Promise<Reattempted> {
  const more = body === undefined ? {} : { body: JSON.stringify(body) };
  const { status, json } = await world.ask('POST', 'replicationReattempt', { query, ...more });
  expect(status).toBe(202);
  return reattempted.parse(json);
}

const names = async (prefix: string) => {
  const found: string[] = [];
  let marker: string | undefined;
  do {
    const page = await world.user.listObjects(STATE, { prefix, ...(marker === undefined ? {} : { marker }) });
    found.push(...page.entries.map(({ key }) => key));
    marker = page.nextMarker;
  } while (marker !== undefined);
  return found;
};

describe('failures', () => {
  it('are none where nothing waits', async () => {
    expect(await failuresAt()).toMatchObject({ bucket: SOURCE.bucket, items: [], unreadable: 0 });
  });

  it('come with cause, age and next try; what only waits its turn is pending', async () => {
    await world.engine.tasks.defer(task('a', { hints: ['v1'] }), FUTURE);
    await world.engine.tasks.defer(task('b', { cause: 'taken', attempts: 0 }), FUTURE);
    await world.engine.tasks.submit(task('c', { destination: THIRD }));
    await world.engine.tasks.defer(task('d', { source: ELSEWHERE }), FUTURE);
    const { items, marker } = await failuresAt();
    expect(marker).toBeUndefined();
    expect(items.toSorted((x, y) => (x.key < y.key ? -1 : 1))).toMatchObject([
      {
        key: 'a',
        state: 'FAILED',
        cause: 'SlowDown',
        attempts: 3,
        nextTry: '2100-01-01T00:00:00.000Z',
        versionIds: ['v1'],
      },
      { key: 'b', state: 'PENDING', cause: 'taken', attempts: 0 },
      { key: 'c', state: 'FAILED', destination: 'third-1250000000@ap-beijing' },
    ]);
    for (const { ageMs } of items) expect(ageMs).toBeGreaterThanOrEqual(60_000);
    expect(items.find(({ key }) => key === 'c')).not.toHaveProperty('nextTry');
  });

  it('come in pages that lack nothing and repeat nothing', async () => {
    const keys = Array.from({ length: 230 }, (_, n) => `key-${n}`);
    await Promise.all(keys.map((key, n) => world.engine.tasks.defer(task(key), FUTURE + n * 60_000)));
    await world.engine.tasks.submit(task('started'));
    const seen: string[] = [];
    let marker: string | undefined;
    let pages = 0;
    do {
      const page = await failuresAt(marker);
      expect(page.items.length).toBeLessThanOrEqual(100);
      seen.push(...page.items.map(({ key }) => key));
      marker = page.marker;
      pages += 1;
    } while (marker !== undefined);
    expect(pages).toBeGreaterThan(2);
    expect(seen.toSorted()).toEqual([...keys, 'started'].toSorted());
  });

  it('are shown although one of them cannot be read', async () => {
    await world.engine.tasks.defer(task('a'), FUTURE);
    await world.user.putObject(STATE, 'waiting/rubbish', Buffer.from('{}'));
    const [name = ''] = await names('waiting/backup');
    await world.user.putObject(STATE, `${name}0`, Buffer.from('{"key":'));
    expect(await failuresAt()).toMatchObject({ items: [{ key: 'a' }], unreadable: 2 });
  });

  it.each(['%', 'cnVsZXMv', Buffer.from('keys/AKID').toString('base64url')])('refuse the marker %s', async (marker) => {
    const query = [
      ['replicationFailures', ''],
      ['marker', marker],
    ] as const;
    expect(errorOf(await world.call({ method: 'GET', query }))).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });
});

describe('reattempt', () => {
  it('makes all waiting work of the bucket due, and nobody else’s', async () => {
    await world.engine.tasks.defer(task('a'), FUTURE);
    await world.engine.tasks.defer(task('b', { destination: THIRD }), FUTURE);
    await world.engine.tasks.defer(task('c', { source: ELSEWHERE }), FUTURE);
    expect(await reattempt()).toEqual({ bucket: SOURCE.bucket, started: 2, requested: 0, outOfScope: [] });
    expect(await names('tasks/')).toHaveLength(2);
    expect(await names('waiting/')).toHaveLength(1);
    const started = await Promise.all((await names('tasks/')).map((name) => world.engine.tasks.load(name)));
    expect(started.map((one) => one?.task)).toEqual(
      expect.arrayContaining([expect.objectContaining({ key: 'a', cause: 'SlowDown', attempts: 2 })]) as unknown,
    );
    expect(await reattempt()).toMatchObject({ started: 0 });
  });

  it('starts a bounded number at once, and goes on from its marker', async () => {
    const keys = Array.from({ length: 1030 }, (_, n) => `key-${n}`);
    await Promise.all(keys.map((key) => world.engine.tasks.defer(task(key), FUTURE)));
    const first = await reattempt();
    expect(first.started).toBe(1000);
    const second = await reattempt(undefined, [['marker', first.marker ?? '']]);
    expect(second).toEqual({ bucket: SOURCE.bucket, started: 30, requested: 0, outOfScope: [] });
    expect(await names('waiting/')).toEqual([]);
    expect(await names('tasks/')).toHaveLength(1030);
  });

  it('of named keys moves their work, asks for a look where none waits, and leaves the rest', async () => {
    await world.rules(ruleText('all', BACKUP, '<Prefix>in/</Prefix>'), ruleText('too', THIRD, '<Prefix>in/</Prefix>'));
    await world.engine.tasks.defer(task('in/a'), FUTURE);
    await world.engine.tasks.defer(task('in/b'), FUTURE);
    await world.engine.tasks.submit(task('in/c'));
    const answer = await reattempt({ keys: ['in/a', 'in/c', 'in/new', 'out', 'in/a'] });
    // in/a: one moved, one looked for at the other destination; in/c: started already at one of the two.
    expect(answer).toEqual({ bucket: SOURCE.bucket, started: 1, requested: 4, outOfScope: ['out'] });
    expect(await names('waiting/')).toHaveLength(1);
    expect(await names('tasks/')).toHaveLength(6);
  });

  it('asks for a full look, which finds what its event did not', async () => {
    await world.rules(ruleText('all', BACKUP));
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
    ['no JSON', '{'],
    ['another type', '[]'],
    ['an unknown field', '{"key":"a"}'],
    ['no keys at all', '{"keys":[]}'],
    ['an empty key', '{"keys":[""]}'],
    ['a key that is too long', JSON.stringify({ keys: ['x'.repeat(851)] })],
    ['too many keys', JSON.stringify({ keys: Array.from({ length: 1001 }, String) })],
    ['no text', '{"keys":[1]}'],
  ])('refuses a body with %s', async (_, body) => {
    const answer = await world.call({ method: 'POST', query: [['replicationReattempt', '']], body });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'InvalidArgument' });
    expect(await names('tasks/')).toEqual([]);
  });
});

describe('all of these', () => {
  it.each([
    ['GET', 'replicationStatus', '/a'],
    ['GET', 'replicationFailures', '/'],
    ['POST', 'replicationReattempt', '/'],
    ['POST', 'replicationPreflight', '/'],
  ] as const)('%s %s must sign host and sub-resource, and have the right', async (method, subresource, path) => {
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
