import { readFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { rule } from '../../shared/rules/sample.ts';
import {
  BACKUP,
  deployment,
  type Deployment,
  MARKER_EVENT,
  refusal,
  RULE,
  SETTLED,
  SOURCE,
} from '../../deployment/index.ts';

const TOLD = { markerTold: () => true };
let world: Deployment;
beforeEach(async () => {
  world = await deployment(TOLD);
});

describe('an event', () => {
  // P1
  it('is only a hint: a late one replicates the current state, and both versions end up in order', async () => {
    const first = world.put('1');
    world.clock.ms += 1000;
    const second = world.put('2');
    await world.replicate({ version: second });
    await world.replicate({ version: first });
    expect(world.stack()).toEqual([second.versionId, first.versionId]);
  });

  it.each([
    ['in order', [0, 1, 2]],
    ['backwards', [2, 1, 0]],
    ['doubled', [0, 0, 1, 1, 2, 2]],
    ['only the last, then the others', [2, 0, 1]],
  ])('lead to the same stack when they come %s', async (_, order) => {
    const versions = ['1', '2', '3'].map((text) => {
      world.clock.ms += 1000;
      return world.put(text);
    });
    for (const i of order) await world.replicate({ version: versions[i] });
    expect(world.stack()).toEqual(versions.map((version) => version.versionId).toReversed());
  });

  it('makes one delete marker where the source is deleted', async () => {
    await world.replicate({ version: world.put('1') });
    world.clock.ms += SETTLED;
    const vid = world.remove().versionId ?? '';
    await world.replicate({ name: MARKER_EVENT, vid });
    await world.replicate({ name: MARKER_EVENT, vid });
    await world.replicate({ name: MARKER_EVENT, vid: '' });
    expect(world.stack()).toHaveLength(2);
    expect(world.stack()[0]).toBe('M');
  });

  it('logs each delete marker that it makes, with its rule', async () => {
    const told: object[] = [];
    const rules = [
      rule({ id: 'tagged', tags: [['a', 'b']], destination: BACKUP, priority: 1 }),
      { ...RULE, priority: 2 },
    ];
    world = await deployment({ ...TOLD, marked: (mark) => void told.push(mark) }, rules);
    await world.replicate({ version: world.put('1') });
    world.clock.ms += SETTLED;
    const vid = world.remove().versionId ?? '';
    for (let i = 0; i < 2; i += 1) await world.replicate({ name: MARKER_EVENT, vid });
    expect(told).toEqual([{ source: SOURCE, destination: BACKUP, rule: RULE.id }]);
  });

  it('of a deletion by version ID is ignored without a request', async () => {
    const version = world.put('1');
    await world.replicate({ version });
    world.remove(version.versionId);
    expect(await world.replicate({ name: 'cos:ObjectRemove:Delete', version })).toEqual({ done: 0, deferred: 0 });
    expect(world.requests).toEqual([]);
    expect(world.stack()).toEqual([version.versionId]);
  });

  it('of a bucket that is no source, of another region, or of an unknown type is ignored', async () => {
    const version = world.put('1');
    await world.replicate({ version, place: BACKUP });
    await world.replicate({ version, place: { ...SOURCE, region: 'ap-beijing' } });
    await world.replicate({ version, name: 'cos:ObjectArchive:Done' });
    expect(world.stack()).toEqual([]);
  });

  it('that cannot be read is logged and does not stop the others', async () => {
    const version = world.put('1');
    await world.raw({ Records: 'none' });
    await world.raw(undefined);
    expect(world.logs).toHaveLength(2);
    expect(await world.replicate({ version })).toEqual({ done: 1, deferred: 0 });
  });

  it("never has the uploader's signature logged", async () => {
    const path = new URL('../../fixtures/events/synthetic-put-versioned-vid-filled.json', import.meta.url);
    const { event } = JSON.parse(await readFile(path, 'utf8')) as { event: unknown };
    expect(JSON.stringify(event)).toContain('q-signature=');
    world.onRequest(() => {
      throw refusal();
    });
    await expect(world.raw(event)).rejects.toThrow('refused');
    expect(JSON.stringify(world.logs)).not.toContain('q-sign');
  });

  it.each(['a b', 'a+b', 'a%20b'])('whose url and key disagree replicates the existing one: %s', async (key) => {
    const version = world.put('1', {}, SOURCE, key);
    const cosObject = (url: string, raw: string) => ({
      url: `http://${SOURCE.bucket}.cos.${SOURCE.region}.myqcloud.com/${url}`,
      key: `/1250000000/source/${raw}`,
      vid: version.versionId,
    });
    for (const [url, raw] of [
      [encodeURIComponent(key).replaceAll('%20', '+'), key],
      [encodeURIComponent(encodeURIComponent(key)), key],
      [key, key],
    ] as const) {
      const cosBucket = { name: 'source', appid: '1250000000', cosRegion: SOURCE.region };
      const event = { eventName: 'cos:ObjectCreated:Put' };
      await world.raw({ Records: [{ cos: { cosBucket, cosObject: cosObject(url, raw) }, event }] });
      expect(world.stack(BACKUP, key)).toEqual([version.versionId]);
    }
  });

  it('with several records brings each key up to date', async () => {
    const keys = ['a', 'b', 'c'];
    const summary = await world.replicate(...keys.map((key) => ({ key, version: world.put(key, {}, SOURCE, key) })));
    expect(summary).toEqual({ done: 3, deferred: 0 });
    for (const key of keys) expect(world.stack(BACKUP, key)).toHaveLength(1);
  });
});
