import { describe, expect, it } from 'vitest';
import type { Attributes } from '../../cloud/cos/index.ts';
import { BACKUP, refusal, RULE, scanDeployment, SETTLED, SOURCE } from '../../deployment/index.ts';

const GUEST = { permission: 'READ', grantee: 'qcs::cam::uin/2:uin/3' } as const;
const KEYS = ['a', 'b', 'c'];

/** Three keys that a scan has proved; the first has two versions. */
async function world(rule: Partial<typeof RULE> = {}) {
  const scan = await scanDeployment([{ ...RULE, ...rule }]);
  const { core, clock } = scan;
  const ids = [...KEYS, 'a'].map((key) => {
    clock.ms += 1000;
    return { key, id: scan.put(`text of ${key}`, { tags: [['n', '1']] }, SOURCE, key).versionId };
  });
  await scan.scanned();
  clock.ms += SETTLED;
  const replicas = (key: string) =>
    core.listVersions(BACKUP.bucket, BACKUP.region, { prefix: key }).entries.map(({ attributes }) => attributes);
  return {
    ...scan,
    ids,
    tag: (index: number, tags: Attributes['tags']): void => {
      const { key = '', id = '' } = ids[index] ?? {};
      core.putTags(SOURCE.bucket, SOURCE.region, key, id, tags);
    },
    share: (index: number): void => {
      const { key = '', id = '' } = ids[index] ?? {};
      core.putAcl(SOURCE.bucket, SOURCE.region, key, id, { canned: 'default', grants: [GUEST] });
    },
    tagsOf: (key: string) => replicas(key).map(({ tags }) => tags),
    grantsOf: (key: string) => replicas(key).map(({ acl }) => acl.grants),
    ask: (kind: 'repair' | 'properties') => scan.store.putRequest({ kind, prefix: '', asked: clock.ms }),
  };
}

const deedsOf = async ({ store }: Awaited<ReturnType<typeof world>>) => (await store.result())?.deeds;

describe('a scan for tags and ACLs', () => {
  // P47
  it('replicates tags that were changed after an earlier scan had proved the key', async () => {
    const scan = await world();
    scan.tag(0, [['n', 'older']]);
    scan.tag(1, []);
    await scan.ask('properties');
    await scan.scanned();
    expect([scan.tagsOf('a'), scan.tagsOf('b'), scan.tagsOf('c')]).toEqual([
      [[['n', '1']], [['n', 'older']]],
      [[]],
      [[['n', '1']]],
    ]);
    expect(await deedsOf(scan)).toMatchObject({ copied: 0, removed: 0, deferred: 0, retagged: 2 });
    expect((await scan.store.result())?.completeUpTo).not.toBeNull();
  });

  // P9b
  it('copies a version whose tags come to fit the rule below a newer replica, in order', async () => {
    const scan = await world({ tags: [['n', '2']] });
    expect(scan.tagsOf('a')).toEqual([]);
    for (const index of [3, 0]) {
      scan.tag(index, [['n', '2']]);
      await scan.ask('properties');
      await scan.scanned();
      scan.clock.ms += SETTLED;
    }
    expect(scan.stack(BACKUP, 'a')).toEqual([scan.ids[3]?.id, scan.ids[0]?.id]);
  });

  it('makes no new version, and writes nothing where everything is equal', async () => {
    const scan = await world();
    const before = KEYS.map((key) => scan.stack(BACKUP, key));
    await scan.ask('properties');
    scan.requests.length = 0;
    await scan.scanned();
    expect(KEYS.map((key) => scan.stack(BACKUP, key))).toEqual(before);
    const atBuckets = scan.requests.filter((call) => !call.endsWith(' crr'));
    expect(atBuckets.filter((call) => /^(put|copy|delete)/.test(call))).toEqual([]);
    // Two for each of the four versions.
    expect(atBuckets.filter((call) => call.startsWith('getTags'))).toHaveLength(8);
    expect(atBuckets.filter((call) => call.startsWith('getGrants'))).toEqual([]);
  });

  it('replicates ACLs where the rule asks for it', async () => {
    const scan = await world({ replicaAcl: true });
    scan.share(2);
    await scan.ask('properties');
    await scan.scanned();
    expect(scan.grantsOf('c')).toEqual([[GUEST]]);
    expect(await deedsOf(scan)).toMatchObject({ retagged: 1 });
  });

  it("leaves others' versions alone, whatever their metadata says", async () => {
    const scan = await world({ replicaAcl: true });
    const [replica] = scan.core.listVersions(BACKUP.bucket, BACKUP.region, { prefix: 'c' }).entries;
    const meta = replica?.attributes.meta ?? {};
    expect(Object.keys(meta)).toContain('replication-marker');
    scan.clock.ms += SETTLED;
    // The marker of the replica on other bytes; and on the same bytes, long after the attempt.
    for (const text of ['theirs', 'text of c']) {
      scan.clock.ms += 20 * 60_000;
      scan.put(text, { meta, tags: [['mine', 'yes']] }, BACKUP, 'c');
    }
    scan.tag(2, [['n', 'new']]);
    scan.share(2);
    scan.clock.ms += SETTLED;
    await scan.ask('properties');
    await scan.scanned();
    expect(scan.tagsOf('c')).toEqual([[['mine', 'yes']], [['mine', 'yes']], [['n', 'new']]]);
    expect(scan.grantsOf('c')).toEqual([[], [], [GUEST]]);
  });

  it('is an exception: the next scan makes listing requests alone', async () => {
    const scan = await world();
    await scan.ask('properties');
    await scan.scanned();
    await scan.ask('repair');
    scan.requests.length = 0;
    await scan.scanned();
    expect(scan.requests.filter((call) => !call.endsWith(' crr') && !call.startsWith('listVersions'))).toEqual([]);
  });

  it('leaves a key to a task where tags cannot be read; the task compares them', async () => {
    const scan = await world();
    scan.tag(1, [['n', 'changed']]);
    await scan.ask('properties');
    scan.onRequest((call, key) => {
      if (call === 'getTags backup' && key === 'b') throw refusal('none', 'InternalError');
    });
    await scan.scanned();
    scan.onRequest(() => undefined);
    expect(await deedsOf(scan)).toMatchObject({ deferred: 1, retagged: 0 });
    await scan.later();
    expect(scan.tagsOf('b')).toEqual([[['n', 'changed']]]);
  });
});
