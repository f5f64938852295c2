import { beforeEach, describe, expect, it } from 'vitest';
import type { Task } from '../../../shared/tasks/index.ts';
import type { Attributes, Version } from '../../cloud/cos/index.ts';
import {
  BACKUP,
  deployment,
  type Deployment,
  KEY,
  MARKER_EVENT,
  refusal,
  RULE,
  SETTLED,
  SOURCE,
} from '../../deployment/index.ts';

const TOLD = { markerTold: () => true };
const GUEST = { permission: 'READ', grantee: 'qcs::cam::uin/2:uin/3' } as const;

let world: Deployment;
beforeEach(async () => {
  world = await deployment(TOLD);
});

/** Written and replicated a while ago. */
async function replicated(text: string, attributes: Partial<Attributes> = {}): Promise<Version> {
  const version = world.put(text, attributes);
  await world.replicate({ version });
  world.clock.ms += SETTLED;
  return version;
}

type Tags = Attributes['tags'];
const tag = ({ versionId }: Version, tags: Tags): void =>
  void world.core.putTags(SOURCE.bucket, SOURCE.region, KEY, versionId, tags);
const share = ({ versionId }: Version, acl: Attributes['acl']): void =>
  void world.core.putAcl(SOURCE.bucket, SOURCE.region, KEY, versionId, acl);

/** Newest first. */
const replicas = (): readonly Version[] =>
  world.core.listVersions(BACKUP.bucket, BACKUP.region, { prefix: KEY }).entries;
const tagsOfReplicas = (): readonly Tags[] => replicas().map(({ attributes }) => attributes.tags);
const aclsOfReplicas = () => replicas().map(({ attributes: { acl } }) => [acl.canned, acl.grants]);
const properties = (): readonly string[] => world.requests.filter((call) => /Tags|Grants/.test(call));

describe('tags that were changed after replication', () => {
  it("are replicated on request for the key, each version's to its replica, without a new version", async () => {
    const first = await replicated('1', { tags: [['a', '1']] });
    const second = await replicated('2', { tags: [['b', '1']] });
    const before = replicas().map(({ versionId }) => versionId);
    tag(first, [['a', 'changed']]);
    tag(second, []);
    await world.ask();
    expect(tagsOfReplicas()).toEqual([[], [['a', 'changed']]]);
    expect(replicas().map(({ versionId }) => versionId)).toEqual(before);
    expect(world.state('tasks/')).toEqual([]);
    expect(world.state('waiting/')).toEqual([]);
  });

  it('are those of the source again after somebody changed them at the destination', async () => {
    await replicated('1', { tags: [['a', '1']] });
    const [replica] = replicas();
    world.core.putTags(BACKUP.bucket, BACKUP.region, KEY, replica?.versionId, [['a', 'theirs']]);
    await world.ask();
    expect(tagsOfReplicas()).toEqual([[['a', '1']]]);
  });

  it('are not written when only their order differs', async () => {
    const version = await replicated('1', {
      tags: [
        ['a', '1'],
        ['b', '2'],
      ],
    });
    tag(version, [
      ['b', '2'],
      ['a', '1'],
    ]);
    world.requests.length = 0;
    await world.ask();
    expect(properties()).toEqual(['getTags source', 'getTags backup']);
  });

  it('are replicated even when the order of replicas is put right in the same run', async () => {
    const first = await replicated('1', { tags: [['a', '1']] });
    const missed = world.put('2', { tags: [['b', '1']] });
    world.clock.ms += 1000;
    const third = await replicated('3');
    const top = replicas().find(({ attributes }) => attributes.meta['replication-source']?.endsWith(third.versionId));
    expect(world.stack()).toEqual([third.versionId, first.versionId]);
    tag(first, [['a', 'changed']]);
    tag(third, [['c', 'new']]);
    await world.ask({ hints: [missed.versionId] });
    expect(world.stack()).toEqual([third.versionId, missed.versionId, first.versionId]);
    expect(replicas()[0]?.versionId).not.toBe(top?.versionId);
    expect(tagsOfReplicas()).toEqual([[['c', 'new']], [['b', '1']], [['a', 'changed']]]);
  });

  it('leave the replica unchanged when no rule covers its version with them', async () => {
    await world.setRules([{ ...RULE, tags: [['keep', 'yes']], deleteMarkers: false }]);
    const version = await replicated('1', { tags: [['keep', 'yes']] });
    tag(version, [['keep', 'no']]);
    await world.ask();
    expect(tagsOfReplicas()).toEqual([[['keep', 'yes']]]);
  });

  it('never reach versions that others wrote at the destination', async () => {
    const version = await replicated('1');
    const [replica] = replicas();
    world.clock.ms += 1000;
    // A copy of the replica with its whole replication marker.
    world.put('1', { tags: [['mine', '1']], meta: replica?.attributes.meta ?? {} }, BACKUP);
    tag(version, [['a', '1']]);
    await world.ask();
    expect(tagsOfReplicas()).toEqual([[['mine', '1']], [['a', '1']]]);
  });

  it('cost no requests on events, nor on the looks that follow', async () => {
    const version = await replicated('1');
    tag(version, [['a', '1']]);
    await world.replicate({ version }, { name: MARKER_EVENT });
    await world.later();
    expect(properties()).toEqual([]);
    expect(tagsOfReplicas()).toEqual([[]]);
  });

  it('are written later after a failure, and a missing version does not wait for them', async () => {
    const version = await replicated('1');
    tag(version, [['a', '1']]);
    const missing = world.put('2');
    world.onRequest((call) => {
      if (call === 'putTags backup') throw refusal('none', 'AccessDenied');
    });
    await world.ask();
    expect(world.stack()).toEqual([missing.versionId, version.versionId]);
    const [name = ''] = world.state('waiting/');
    expect(await world.pending(name)).toMatchObject({ cause: 'AccessDenied', compare: true } satisfies Partial<Task>);
    world.onRequest(() => undefined);
    await world.later();
    expect(tagsOfReplicas()).toEqual([[], [['a', '1']]]);
  });

  it('of a null version are not those of the version that replaced it in between', async () => {
    const { versionId } = await replicated('0');
    world.remove(versionId);
    world.core.putVersioning(SOURCE.bucket, SOURCE.region, 'Suspended');
    const old = await replicated('1');
    let written: ReturnType<typeof world.put> | undefined;
    world.onRequest((call) => {
      if (call === 'getTags backup') written ??= world.put('2', { tags: [['b', '1']] });
    });
    tag(old, [['a', '2']]);
    await world.ask();
    if (written !== undefined) await world.replicate({ version: written });
    await world.later();
    expect(written).toBeDefined();
    // The replica of the removed version is unchanged.
    expect(tagsOfReplicas().slice(0, 2)).toEqual([[['b', '1']], []]);
  });
});

describe('an ACL that was changed after replication', () => {
  it('is replicated where the rule has ReplicaAcl, and can be removed again', async () => {
    await world.setRules([{ ...RULE, replicaAcl: true }]);
    const version = await replicated('1');
    share(version, { canned: 'public-read', grants: [GUEST] });
    await world.ask();
    expect(aclsOfReplicas()).toEqual([['public-read', [GUEST]]]);
    share(version, { canned: 'default', grants: [] });
    await world.ask();
    expect(aclsOfReplicas()).toEqual([['default', []]]);
  });

  it('stays at the source where the rule does not ask for it', async () => {
    const version = await replicated('1');
    share(version, { canned: 'public-read', grants: [] });
    await world.ask();
    expect(aclsOfReplicas()).toEqual([['default', []]]);
    expect(properties()).toEqual(['getTags source', 'getTags backup']);
  });
});
