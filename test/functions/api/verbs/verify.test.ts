import { describe, expect, it, vi } from 'vitest';
import { keep } from '../../../../functions/schedule/scans.ts';
import { verified, type Verified } from '../../../../functions/api/verify-schemas.ts';
import { VerifyStore } from '../../../../shared/verify/index.ts';
import { SOURCE, STATE } from '../bench.ts';
import { BACKUP, untilNextSecond } from '../../../deployment/over-http.ts';
import { world, scanning, useWorld, PLACE, scanRuns, verify, look, upload, replicated } from './verify-world.ts';

useWorld();

describe.sequential('a verification', () => {
  it('of equal sides says that it is safe to switch', async () => {
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
  it('names each missing version', async () => {
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

  it('counts no object of a user as a replica, whatever its metadata says', async () => {
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

  it('names other metadata and another class, with which it is safe to switch', async () => {
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

  it('leaves out writes after the moment', async () => {
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
    const store = new VerifyStore({ cos: world.straight, state: STATE }, { bucket: SOURCE.bucket, id });
    const [range] = await store.ranges(1);
    if (range === undefined) throw new Error('the range is not there');
    const keys = Array.from({ length: 101 }, (_, i) => `parts/${i}`);
    await Promise.all(keys.map((key, part) => store.putPart(0, part, [{ pair: 0, key, kind: 'missing' }])));
    await store.putRange({ ...range, parts: 101, told: 101 });
    const first = await look(id);
    const second = await look(id, first.marker);
    expect([first.list.length, second.list.length, second.marker]).toEqual([100, 1, undefined]);
  });

  it('can be read whatever characters the keys have', async () => {
    await upload('control');
    const { id } = await verify({ prefix: 'control' });
    const store = new VerifyStore({ cos: world.user, state: STATE }, { bucket: SOURCE.bucket, id });
    const key = '\u0001'.repeat(850);
    const items = Array.from({ length: 1000 }, () => ({ pair: 0, key, kind: 'missing' as const }));
    await store.putPart(0, 0, items);
    expect(await store.part(0, 0)).toEqual(items);
  });

  it('gives pages that the platform accepts, whatever characters the keys have', async () => {
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
  it("finds bytes that differ from COS's checksum", async () => {
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

  it('stores its progress in few bytes, whatever the key is', async () => {
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
