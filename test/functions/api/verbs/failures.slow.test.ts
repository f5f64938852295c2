import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { failures } from '../../../../functions/api/schemas.ts';
import type { Failures } from '../../../../functions/api/schemas.ts';
import { SOURCE, STATE, errorOf } from '../bench.ts';
import { THIRD, createWorld } from '../../../deployment/over-http.ts';
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

async function failuresAt(marker?: string, state?: string): Promise<Failures> {
  const query = Object.entries({ marker, state }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return failures.parse((await world.ask('GET', 'replicationFailures', { query })).json);
}

const names = (prefix: string) => stateKeys(world, prefix);

describe('failures', () => {
  it('are none where nothing waits', async () => {
    expect(await failuresAt()).toMatchObject({ bucket: SOURCE.bucket, items: [], unreadable: 0 });
  });

  it('have cause, age and next try; work that only waits its turn is pending', async () => {
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

  it('are one for each key and destination, however many tasks wait, without re-checks of finished work', async () => {
    await world.engine.tasks.defer(task('a', { cause: 'taken', attempts: 0, hints: ['v2'] }), FUTURE);
    await world.engine.tasks.defer(task('a', { cause: 'settle', attempts: 0 }), FUTURE - 120_000);
    await world.engine.tasks.defer(task('a', { hints: ['v1'], first: Date.now() - 90_000 }), FUTURE + 60_000);
    await world.engine.tasks.defer(task('a', { destination: THIRD, cause: 'taken', attempts: 0 }), FUTURE);
    await world.engine.tasks.defer(task('done', { cause: 'settle', attempts: 0 }), FUTURE);
    const { items } = await failuresAt();
    expect(items).toHaveLength(2);
    const [item] = items.filter(({ destination }) => destination.startsWith('backup'));
    expect(item).toMatchObject({
      key: 'a',
      state: 'FAILED',
      cause: 'SlowDown',
      attempts: 3,
      nextTry: '2100-01-01T00:00:00.000Z',
    });
    expect(item?.versionIds.toSorted()).toEqual(['v1', 'v2']);
    expect(item?.ageMs).toBeGreaterThanOrEqual(90_000);
    expect(items.find(({ destination }) => destination.startsWith('third'))).toMatchObject({ state: 'PENDING' });
  });

  it('are selected by state', async () => {
    await world.engine.tasks.defer(task('bad'), FUTURE);
    await world.engine.tasks.defer(task('both'), FUTURE);
    await world.engine.tasks.defer(task('both', { cause: 'taken', attempts: 0 }), FUTURE);
    await world.engine.tasks.defer(task('turn', { cause: 'taken', attempts: 0 }), FUTURE);
    const keys = async (state: string) => (await failuresAt(undefined, state)).items.map(({ key }) => key).toSorted();
    expect(await keys('FAILED')).toEqual(['bad', 'both']);
    expect(await keys('PENDING')).toEqual(['turn']);
    const query = [
      ['replicationFailures', ''],
      ['state', 'failed'],
    ] as const;
    expect(errorOf(await world.call({ method: 'GET', query }))).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
      message: 'The parameter state is FAILED or PENDING.',
    });
  });

  it('come in pages without gaps or repeats', async () => {
    const keys = Array.from({ length: 230 }, (_, n) => `key-${n}`);
    await deferMany(world, keys, (n) => FUTURE + n * 60_000);
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

  it('are listed although one of them cannot be read', async () => {
    await world.engine.tasks.defer(task('a'), FUTURE);
    await world.user.putObject(STATE, 'waiting/rubbish', Buffer.from('{}'));
    const [name = ''] = await names('waiting/backup');
    await world.user.putObject(STATE, `${name}0`, Buffer.from('{"key":'));
    expect(await failuresAt()).toMatchObject({ items: [{ key: 'a' }], unreadable: 2 });
  });

  it.each(['%', 'cnVsZXMv', Buffer.from('keys/AKID').toString('base64url')])('refuse the cursor %s', async (marker) => {
    const query = [
      ['replicationFailures', ''],
      ['marker', marker],
    ] as const;
    expect(errorOf(await world.call({ method: 'GET', query }))).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });
});
