import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { keep } from '../../../../functions/schedule/scans.ts';
import { verified, type Verified } from '../../../../functions/api/verify-schemas.ts';
import { createKeyStore } from '../../../../shared/access/index.ts';
import { VerifyStore } from '../../../../shared/verify/index.ts';
import { SOURCE, STATE, type SignOptions } from '../bench.ts';
import { createScanning, type Scanning } from './scanning.ts';
import { BACKUP, createWorld, ruleText, THIRD, untilNextSecond, type World } from '../../../deployment/over-http.ts';

const PLACE = `${BACKUP.bucket}@${BACKUP.region}`;

let world: World;
let scanning: Scanning;
beforeAll(async () => {
  world = await createWorld();
  scanning = createScanning(world);
  world.meanwhile = scanRuns;
  await world.rules(ruleText('all', BACKUP));
});
afterAll(() => world.close());

const scanRuns = (): Promise<void> => scanning.runAll('scans/verify/');

async function verify(body: object = {}): Promise<Verified & { readonly status: number }> {
  const { status, json } = await world.ask('POST', 'replicationVerify', { body: JSON.stringify(body) });
  return { ...verified.parse(json), status };
}

async function look(id: string, marker?: string): Promise<Verified> {
  const query: [string, string][] = [
    ['id', id],
    ...(marker === undefined ? [] : [['marker', marker] as [string, string]]),
  ];
  return verified.parse((await world.ask('GET', 'replicationVerify', { query })).json);
}

/** Another API key, for these destinations alone. */
async function other(destinations: readonly string[] = []): Promise<SignOptions> {
  const keys = createKeyStore({ cos: world.user, state: STATE, now: Date.now, random: randomBytes });
  return { pair: await keys.add({ buckets: [], destinations, rights: ['read', 'write'] }) };
}

async function upload(key: string, text = key): Promise<string> {
  return (await world.user.putObject(SOURCE, key, Buffer.from(text))).versionId ?? '';
}

async function replicated(key: string, text?: string): Promise<string> {
  const versionId = await upload(key, text);
  await world.replicate(key);
  return versionId;
}

describe.sequential('a verification', () => {
  it('of sides that are equal says so, and that one may switch', async () => {
    for (const key of ['same/a', 'same/b', 'same/a']) await replicated(key, `${key} ${Math.random()}`);
    const { status, ...answer } = await verify({ prefix: 'same/' });
    expect(status).toBe(200);
    expect(answer).toMatchObject({ state: 'ended', equal: true, safe: true, prefix: 'same/', listed: 0, list: [] });
    const [one] = answer.destinations;
    expect(one).toMatchObject({
      destination: PLACE,
      equal: true,
      source: { versions: 3, deleteMarkers: 0 },
      replicas: { versions: 3, deleteMarkers: 0 },
      differences: [],
      skipped: [],
    });
    expect(one?.digests?.source).toBe(one?.digests?.destination);
    expect(one?.digests?.source).not.toMatch(/^0+$/);
    expect(await look(answer.id)).toMatchObject({ id: answer.id, state: 'ended', equal: true });
  });

  it('calls a version removed at the destination only where a replica names it', async () => {
    const versions: string[] = [];
    for (const text of ['one', 'two', 'three']) versions.push(await replicated('expired/a', text));
    const { entries } = await world.user.listVersions(BACKUP, { prefix: 'expired/' });
    for (const { versionId } of entries.slice(1)) await world.user.deleteObject(BACKUP, 'expired/a', versionId);
    const { list } = await verify({ prefix: 'expired/' });
    expect(new Map(list?.map(({ versionId, reason }) => [versionId, reason]))).toEqual(
      new Map([
        [versions[0], 'not-at-destination'],
        [versions[1], 'removed-at-destination'],
      ]),
    );
  });

  // P45
  it('names each version that is missing', async () => {
    await replicated('missing/there');
    const versionId = await upload('missing/not');
    const answer = await verify({ prefix: 'missing/' });
    expect(answer).toMatchObject({ equal: false, safe: false, listed: 1 });
    expect(answer.list).toMatchObject([
      { destination: PLACE, key: 'missing/not', kind: 'missing', versionId, size: 'missing/not'.length },
    ]);
    expect(answer.destinations[0]).toMatchObject({
      source: { versions: 2 },
      replicas: { versions: 1 },
      differences: [{ kind: 'missing', count: 1, bytes: 'missing/not'.length }],
    });
  });

  it('takes no object of a user for a replica, whatever its metadata says', async () => {
    const versionId = await replicated('forged');
    const replica = world.cloud.core.getObject(BACKUP.bucket, BACKUP.region, 'forged');
    await world.user.deleteObject(BACKUP, 'forged', replica.versionId);
    const signature = replica.attributes.meta['replication-marker'] ?? '';
    const meta = { ...replica.attributes.meta, 'replication-marker': signature.replace(/.{22}$/, 'A'.repeat(22)) };
    const from = { place: SOURCE, key: 'forged', versionId };
    await world.user.copyObject(BACKUP, 'forged', from, { headers: {}, storageClass: 'STANDARD', meta });
    const answer = await verify({ prefix: 'forged' });
    expect(answer.list).toMatchObject([{ key: 'forged', kind: 'missing', versionId }]);
    expect(answer.safe).toBe(false);
  });

  it('says where the destination shows something else than the source', async () => {
    await replicated('shown/overwritten');
    await world.user.putObject(BACKUP, 'shown/overwritten', Buffer.from('of another'));
    await replicated('shown/deleted');
    await world.user.deleteObject(BACKUP, 'shown/deleted');
    await replicated('shown/gone');
    await world.user.deleteObject(SOURCE, 'shown/gone');
    const answer = await verify({ prefix: 'shown/' });
    expect(answer).toMatchObject({ equal: false, safe: false });
    expect(answer.list.map(({ key, kind, by }) => [key, kind, by])).toEqual([
      ['shown/deleted', 'not-shown', 'delete-marker'],
      ['shown/gone', 'delete-marker', 'replica'],
      ['shown/overwritten', 'not-shown', 'other'],
    ]);
    await world.replicate('shown/gone');
    const after = await verify({ prefix: 'shown/gone' });
    expect(after).toMatchObject({ equal: true, safe: true });
    expect(after.destinations[0]).toMatchObject({ source: { deleteMarkers: 1 }, replicas: { deleteMarkers: 1 } });
  });

  it('tells other metadata and another class, with which one may switch', async () => {
    const versionId = await replicated('class');
    const replica = world.cloud.core.getObject(BACKUP.bucket, BACKUP.region, 'class');
    Object.assign(replica, { attributes: { ...replica.attributes, storageClass: 'STANDARD_IA', headers: {} } });
    const answer = await verify({ prefix: 'class' });
    expect(answer).toMatchObject({ equal: false, safe: true });
    const about = { key: 'class', versionId, replicaVersionId: replica.versionId };
    expect(answer.list).toMatchObject([
      { ...about, kind: 'metadata' },
      { ...about, kind: 'storage-class' },
    ]);
  });

  it('leaves out what was written after the moment', async () => {
    await replicated('moment');
    const moment = new Date().toISOString();
    await untilNextSecond(Date.now() * 1000);
    await upload('moment', 'later');
    expect(await verify({ prefix: 'moment', upTo: moment })).toMatchObject({ equal: true, safe: true, upTo: moment });
    expect(await verify({ prefix: 'moment' })).toMatchObject({ equal: false, safe: false });
  });

  it('gives the reason of each skipped version, and counts none as missing', async () => {
    await upload('skipped');
    const source = world.cloud.core.getObject(SOURCE.bucket, SOURCE.region, 'skipped');
    Object.assign(source, { attributes: { ...source.attributes, storageClass: 'ARCHIVE' } });
    const answer = await verify({ prefix: 'skipped' });
    expect(answer).toMatchObject({ equal: true, safe: true });
    expect(answer.destinations[0]?.skipped).toEqual([{ reason: 'archived', count: 1, bytes: 7 }]);
    expect(answer.list).toMatchObject([{ key: 'skipped', kind: 'skipped', reason: 'archived' }]);
  });

  it('gives a long list page by page', async () => {
    await upload('list');
    const { id } = await verify({ prefix: 'list' });
    const store = new VerifyStore({ cos: world.user, state: STATE }, { bucket: SOURCE.bucket, id });
    const [range] = await store.ranges(1);
    if (range === undefined) throw new Error('the range is not there');
    const itemsOf = (part: number) =>
      Array.from({ length: 600 }, (_, i) => ({ pair: 0, key: `list/${part}/${i}`, kind: 'missing' as const }));
    for (const part of [0, 1, 2]) await store.putPart(0, part, itemsOf(part));
    await store.putRange({ ...range, parts: 3, told: 1800 });
    const keys: string[] = [];
    let marker: string | undefined;
    do {
      const page: Verified = await look(id, marker);
      expect(page.listed).toBe(1800);
      expect(page.list).toHaveLength(600);
      keys.push(...page.list.map(({ key }) => key));
      ({ marker } = page);
    } while (marker !== undefined);
    expect(keys).toEqual([0, 1, 2].flatMap((part) => itemsOf(part).map(({ key }) => key)));
  });

  it('reads no more than a hundred parts of the list for one page', async () => {
    await upload('parts');
    const { id } = await verify({ prefix: 'parts' });
    const store = new VerifyStore({ cos: world.user, state: STATE }, { bucket: SOURCE.bucket, id });
    const [range] = await store.ranges(1);
    if (range === undefined) throw new Error('the range is not there');
    const keys = Array.from({ length: 101 }, (_, i) => `parts/${i}`);
    await Promise.all(keys.map((key, part) => store.putPart(0, part, [{ pair: 0, key, kind: 'missing' }])));
    await store.putRange({ ...range, parts: 101, told: 101 });
    const first = await look(id);
    const second = await look(id, first.marker);
    expect([first.list.length, second.list.length, second.marker]).toEqual([100, 1, undefined]);
  });

  it('can be read whatever characters the keys are made of', async () => {
    await upload('control');
    const { id } = await verify({ prefix: 'control' });
    const store = new VerifyStore({ cos: world.user, state: STATE }, { bucket: SOURCE.bucket, id });
    const key = '\u0001'.repeat(850);
    const items = Array.from({ length: 1000 }, () => ({ pair: 0, key, kind: 'missing' as const }));
    await store.putPart(0, 0, items);
    expect(await store.part(0, 0)).toEqual(items);
  });

  it('gives pages that the platform takes, whatever characters the keys are made of', async () => {
    await upload('control');
    const { id } = await verify({ prefix: 'control' });
    const store = new VerifyStore({ cos: world.user, state: STATE }, { bucket: SOURCE.bucket, id });
    const [range] = await store.ranges(1);
    if (range === undefined) throw new Error('the range is not there');
    const key = '\u0001'.repeat(850);
    const items = Array.from({ length: 300 }, () => ({ pair: 0, key, kind: 'missing' as const }));
    for (const part of [0, 1, 2]) await store.putPart(0, part, items);
    await store.putRange({ ...range, parts: 3, told: 900 });
    const { body } = await world.call({
      method: 'GET',
      query: [
        ['replicationVerify', ''],
        ['id', id],
      ],
    });
    expect(Buffer.byteLength(body)).toBeLessThan(2.5 * 2 ** 20);
    expect(verified.parse(JSON.parse(body)).marker).toBeDefined();
  });
});

describe.sequential('a verification that reads every replica again', () => {
  it('notices bytes that are not those that COS says', async () => {
    await replicated('deep/a', 'x'.repeat(100_000));
    await replicated('deep/b', 'y'.repeat(5 * 2 ** 20));
    expect(await verify({ prefix: 'deep/', deep: true })).toMatchObject({
      status: 200,
      equal: true,
      safe: true,
      deep: true,
    });
    const replica = world.cloud.core.getObject(BACKUP.bucket, BACKUP.region, 'deep/b');
    const { blob } = replica;
    if (blob === undefined) throw new Error('the replica has no bytes');
    const damaged = async function* (first: number, last: number) {
      for await (const chunk of blob.read(first, last)) yield chunk.map((byte) => byte ^ (first > 0 ? 1 : 0));
    };
    Object.assign(replica, { blob: { size: blob.size, md5: blob.md5, crc64: blob.crc64, read: damaged } });
    expect(await verify({ prefix: 'deep/' })).toMatchObject({ equal: true });
    const deep = await verify({ prefix: 'deep/', deep: true });
    expect(deep).toMatchObject({ equal: false, safe: false });
    expect(deep.list).toMatchObject([{ key: 'deep/b', kind: 'bytes', replicaVersionId: replica.versionId }]);
  });

  it('remembers in few bytes how far it is, whatever the key is made of', async () => {
    const key = `deeper/${'\n'.repeat(800)}`;
    await replicated(key, 'x');
    await replicated(key, 'y');
    const { ahead } = world.clock;
    const getRange = world.user.getRange.bind(world.user);
    const spy = vi.spyOn(world.user, 'getRange').mockImplementation((...request) => {
      // The run has no time for the next version.
      world.clock.ahead = ahead + 880_000;
      return getRange(...request);
    });
    const { id, state } = await verify({ prefix: 'deeper/', deep: true });
    spy.mockRestore();
    expect(state).toBe('running');
    const store = new VerifyStore({ cos: world.user, state: STATE }, { bucket: SOURCE.bucket, id });
    const range = await store.range(0);
    expect(Object.values(range?.reading ?? {})).toHaveLength(1);
    expect(JSON.stringify(range?.reading).length).toBeLessThan(300);
    await keep(scanning.deps, [], scanning.run(55_000));
    await scanRuns();
    expect(await look(id)).toMatchObject({ state: 'ended', equal: true });
    expect((await store.range(0))?.reading).toEqual({});
  });
});

describe.sequential('a verification that takes longer than a call', () => {
  it('goes on in the scan function, and is asked for by its id', async () => {
    await replicated('slow/a');
    world.meanwhile = () => Promise.resolve();
    const begun = await verify({ prefix: 'slow/' });
    expect(begun).toMatchObject({ status: 202, state: 'running', equal: null, safe: null, certainUpTo: null });
    expect(begun.destinations[0]).toMatchObject({
      digests: null,
      progress: { ranges: { total: 1, done: 0 }, keys: 0 },
    });
    await scanRuns();
    expect(await look(begun.id)).toMatchObject({ state: 'ended', equal: true, safe: true });
  });

  it('is started again by the schedule when its start was lost', async () => {
    const begun = await verify({ prefix: 'slow/' });
    const { core } = world.cloud;
    const [note] = core.listObjects(STATE.bucket, STATE.region, { prefix: 'scans/verify/' }).entries;
    await world.user.deleteObject(STATE, note?.key ?? '');
    await keep(scanning.deps, [], scanning.run(55_000));
    await scanRuns();
    expect(await look(begun.id)).toMatchObject({ state: 'ended', equal: true });
    expect(core.listObjects(STATE.bucket, STATE.region, { prefix: 'verifies/running/' }).entries).toEqual([]);
  });

  it('stops when other rules are stored', async () => {
    const begun = await verify({ prefix: 'slow/' });
    await world.rules(ruleText('other', BACKUP));
    await scanRuns();
    expect(await look(begun.id)).toMatchObject({ state: 'stopped', cause: 'rules-changed', equal: null, safe: null });
  });

  it('is refused while four of one API key run, and of that key alone', async () => {
    const begun: Verified[] = [];
    for (let i = 0; i < 4; i += 1) begun.push(await verify({ prefix: 'slow/' }));
    const post = { method: 'POST', query: [['replicationVerify', '']] } as const;
    const answer = await world.call(post);
    expect([answer.statusCode, answer.body]).toEqual([400, expect.stringContaining('4 verifications')]);
    expect((await world.call(post, await other())).statusCode).toBe(202);
    for (const { id } of begun) expect((await look(id)).state).toBe('running');
    await scanRuns();
    world.meanwhile = scanRuns;
    expect((await verify({ prefix: 'slow/' })).state).toBe('ended');
  });
});

describe.sequential('the verifications that are kept', () => {
  const ask = async (pair: SignOptions, method: 'GET' | 'POST', body?: string) => {
    const query: [string, string][] = [['replicationVerify', '']];
    const answer = await world.call({ method, query, ...(body === undefined ? {} : { body }) }, pair);
    return answer.statusCode === 404 ? undefined : verified.parse(JSON.parse(answer.body));
  };

  it('are pushed out by later ones of the same API key, and by nobody else’s', async () => {
    const mine = await verify({ prefix: 'slow/' });
    const theirs = await other();
    const first = await ask(theirs, 'POST', '{}');
    // IDs are in order by the second.
    await untilNextSecond(Date.now() * 1000);
    for (let i = 0; i < 9; i += 1) await ask(theirs, 'POST', '{"prefix":"none/"}');
    expect((await look(mine.id)).state).toBe('ended');
    const lost = await world.call({
      method: 'GET',
      query: [
        ['replicationVerify', ''],
        ['id', first?.id ?? ''],
      ],
    });
    expect(lost.statusCode).toBe(404);
  });

  it('are shown without an id as far as the API key may see one', async () => {
    await world.rules(ruleText('all', BACKUP), ruleText('third', THIRD));
    await untilNextSecond(Date.now() * 1000);
    const seen = await verify({ destination: PLACE });
    await untilNextSecond(Date.now() * 1000);
    const hidden = await verify({ destination: `${THIRD.bucket}@${THIRD.region}` });
    expect(hidden.id > seen.id).toBe(true);
    expect((await ask(await other([BACKUP.bucket]), 'GET'))?.id).toBe(seen.id);
    expect(await ask(await other(['else-1250000000']), 'GET')).toBeUndefined();
    await world.rules(ruleText('other', BACKUP));
  });

  it('are removed however many objects they consist of', async () => {
    const { id } = await verify({ prefix: 'slow/' });
    const store = new VerifyStore({ cos: world.user, state: STATE }, { bucket: SOURCE.bucket, id });
    await Promise.all(Array.from({ length: 2100 }, (_, part) => store.putPart(0, part, [])));
    await untilNextSecond(Date.now() * 1000);
    for (let i = 0; i < 8; i += 1) await verify({ prefix: 'slow/' });
    const prefix = `verifies/${SOURCE.bucket}/${id}/`;
    expect(world.cloud.core.listObjects(STATE.bucket, STATE.region, { prefix }).entries).toEqual([]);
  });
});

describe('verifications that cannot be', () => {
  it.each([
    [{ upTo: '2999-01-01T00:00:00.000Z' }, 'InvalidArgument', 'in the future'],
    [{ upTo: 'yesterday' }, 'InvalidArgument', 'upTo'],
    [{ prefix: 'x'.repeat(851) }, 'InvalidArgument', 'longer than 850 bytes'],
    [{ destination: `${THIRD.bucket}@${THIRD.region}` }, 'InvalidArgument', 'use backup-1250000000'],
    [{ shallow: true }, 'InvalidArgument', 'shallow'],
  ])('%j is refused', async (body, code, why) => {
    const answer = await world.call({ method: 'POST', query: [['replicationVerify', '']], body: JSON.stringify(body) });
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain(`<Code>${code}</Code>`);
    expect(answer.body).toContain(why);
  });

  it.each([
    [[['id', '../rules']], 400],
    [[['id', '1772352312000-0123456789abcdef01']], 404],
    [[['marker', '0-0']], 400],
  ] as const)('%j of an answer is refused', async (query, status) => {
    const answer = await world.call({ method: 'GET', query: [['replicationVerify', ''], ...query] });
    expect(answer.statusCode).toBe(status);
  });
});
