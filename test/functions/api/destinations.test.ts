import { randomBytes } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { failures, objectStatus, preflighted, reattempted } from '../../../functions/api/schemas.ts';
import { createKeyStore } from '../../../shared/access/index.ts';
import { requestedTask } from '../../../shared/tasks/index.ts';
import { configuration } from '../../shared/rules/sample.ts';
import { SOURCE, STATE, errorOf } from './bench.ts';
import type { Call } from './bench.ts';
import { BACKUP, THIRD, createWorld, ruleText } from '../../deployment/over-http.ts';
import type { World } from '../../deployment/over-http.ts';

/** A key for one of two destinations, on a source that is replicated to both. */

const pair = { secretId: 'AKIDbackup', secretKey: 'the secret of the backup key' };
const both = [ruleText('mine', BACKUP), ruleText('theirs', THIRD)];
const FUTURE = Date.UTC(2100, 0, 1);
let world: World;

beforeEach(async () => {
  world = await createWorld();
  const keys = createKeyStore({ cos: world.user, state: STATE, now: Date.now, random: randomBytes });
  await keys.add({ buckets: [], destinations: [BACKUP.bucket], rights: ['read', 'write'], pair });
});

afterEach(() => world.close());

async function ask(method: 'GET' | 'POST', subresource: string, more: Partial<Call> = {}): Promise<unknown> {
  const { body } = await world.call({ method, ...more, query: [[subresource, '']] }, { pair });
  return JSON.parse(body) as unknown;
}

const storedRules = async () => (await world.engine.rules.getFresh(SOURCE))?.rules.map(({ id }) => id);

describe('a key that names its destinations', () => {
  it('sets no rule to another one, and the stored rules stay', async () => {
    await world.rules(...both);
    const body = configuration(ruleText('new', THIRD));
    const answer = await world.call({ method: 'PUT', body }, { pair });
    expect(errorOf(answer)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: expect.stringContaining('may not replicate to third-1250000000') as string,
    });
    expect(await storedRules()).toEqual(['mine', 'theirs']);
  });

  const put = async (...rules: readonly string[]) =>
    world.call({ method: 'PUT', body: configuration(...rules) }, { pair });

  it('changes its own rules beside those to others, which stay unchanged', async () => {
    await world.rules(...both);
    const [, before] = (await world.engine.rules.getFresh(SOURCE))?.rules ?? [];
    const mine = ruleText('mine', BACKUP, '<Prefix>p/</Prefix>');
    for (const rules of [[mine, both[1] ?? ''], [both[1] ?? '']]) {
      expect((await put(...rules)).statusCode).toBe(200);
      expect((await world.engine.rules.getFresh(SOURCE))?.rules.at(-1)).toEqual(before);
    }
    expect(await storedRules()).toEqual(['theirs']);
  });

  it.each([
    ['leaves out', []],
    ['disables', [ruleText('theirs', THIRD).replace('Enabled', 'Disabled')]],
    ['narrows', [ruleText('theirs', THIRD, '<Prefix>p/</Prefix>')]],
    ['renames', [ruleText('others', THIRD)]],
    ['takes over', [ruleText('theirs', BACKUP)]],
  ])('is refused a document that %s a rule for another destination', async (_, rules) => {
    await world.rules(...both);
    const before = await world.engine.rules.getFresh(SOURCE);
    const document = rules.length === 0 ? [both[0] ?? ''] : rules;
    expect(errorOf(await put(...document))).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(await world.engine.rules.getFresh(SOURCE)).toEqual(before);
  });

  it('removes all rules only where none is for another destination', async () => {
    await world.rules(...both);
    expect(errorOf(await world.call({ method: 'DELETE' }, { pair }))).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: expect.stringContaining('may not replicate to third-1250000000') as string,
    });
    expect(await storedRules()).toEqual(['mine', 'theirs']);
    await world.rules(both[0] ?? '');
    expect((await world.call({ method: 'DELETE' }, { pair })).statusCode).toBe(204);
    expect(await storedRules()).toBeUndefined();
  });

  it('gets the status of a version there, and there alone', async () => {
    await world.rules(...both);
    await world.user.putObject(SOURCE, 'a', Buffer.from('x'));
    const status = objectStatus.parse(await ask('GET', 'replicationStatus', { path: '/a' }));
    expect(status.rules.map(({ id }) => id)).toEqual(['mine']);
    expect(status.destinations.map(({ rule }) => rule)).toEqual(['mine']);
  });

  it('sees and starts the work of its destination alone', async () => {
    await world.rules(...both);
    for (const key of ['a', 'b']) await world.user.putObject(SOURCE, key, Buffer.from('x'));
    const now = Date.now();
    for (const destination of [BACKUP, THIRD]) {
      const task = { ...requestedTask({ source: SOURCE, destination, key: 'a' }, now), cause: 'SlowDown' };
      await world.engine.tasks.defer(task, FUTURE);
    }
    const { items } = failures.parse(await ask('GET', 'replicationFailures'));
    expect(items.map(({ destination }) => destination)).toEqual(['backup-1250000000@ap-shanghai']);
    const all = reattempted.parse(await ask('POST', 'replicationReattempt'));
    expect(all).toMatchObject({ started: 1 });
    const named = reattempted.parse(await ask('POST', 'replicationReattempt', { body: '{"keys":["a","b"]}' }));
    expect(named).toMatchObject({ started: 0, requested: 2 });
    const { entries } = await world.user.listObjects(STATE, { prefix: 'waiting/' });
    expect(entries).toHaveLength(1);
    const started = await world.user.listObjects(STATE, { prefix: 'tasks/' });
    const bodies = started.entries.map(async ({ key }) => (await world.user.getObject(STATE, key))?.body);
    const texts = (await Promise.all(bodies)).map((body) => Buffer.from(body ?? []).toString());
    expect(texts.filter((text) => text.includes(THIRD.bucket))).toEqual([]);
  });

  it('tries no other destination', async () => {
    const { destinations } = preflighted.parse(await ask('POST', 'replicationPreflight'));
    expect(destinations.map(({ destination }) => destination)).toEqual(['backup-1250000000@ap-shanghai']);
  });
});
