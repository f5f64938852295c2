import { describe, expect, it } from 'vitest';

import { objectStatus } from '../../../../functions/api/schemas.ts';
import { errorOf } from '../bench.ts';
import { BACKUP, ruleText } from '../../../deployment/over-http.ts';
import { statusOf, put, world, useWorld } from './status-world.ts';

useWorld();

describe('both sides of a key', () => {
  const stacksOf = async (versions: string) => {
    const query = [['versions', versions]] as const;
    const { json } = await world.ask('GET', 'replicationStatus', { path: '/a.txt', query });
    return objectStatus.parse(json).stacks;
  };

  it('are shown newest first, with the source version of each replica', async () => {
    await world.rules(ruleText('all', BACKUP));
    const first = await put('a.txt', 'one');
    const second = await put('a.txt', 'second');
    await world.replicate('a.txt');
    await world.user.putObject(BACKUP, 'a.txt', Buffer.from('of somebody else'));
    await put('a.txt.other', 'another key');
    const stacks = await stacksOf('20');
    expect(stacks?.source).toMatchObject({
      more: false,
      versions: [
        { versionId: second, current: true, bytes: 6, deleteMarker: false },
        { versionId: first, current: false, bytes: 3 },
      ],
    });
    expect(stacks?.destinations).toMatchObject([
      {
        destination: 'backup-1250000000@ap-shanghai',
        versions: [{ current: true, bytes: 16 }, { replicaOf: second }, { replicaOf: first }],
      },
    ]);
    const [there] = stacks?.destinations ?? [];
    expect(there !== undefined && 'versions' in there ? there.versions[0] : {}).not.toHaveProperty('replicaOf');
    expect(await stacksOf('1')).toMatchObject({ source: { more: true, versions: [{ versionId: second }] } });
  });

  it('are shown though a destination cannot be read, and only on request', async () => {
    await world.rules(ruleText('all', BACKUP));
    await put('a.txt', 'one');
    expect(await statusOf('a.txt')).not.toHaveProperty('stacks');
    const match = { bucket: BACKUP.bucket, method: 'GET' as const };
    world.cloud.faults.set([{ match, effect: { kind: 'error', status: 403, code: 'AccessDenied' } }]);
    expect(await stacksOf('5')).toMatchObject({
      source: { versions: [{ bytes: 3 }] },
      destinations: [{ destination: 'backup-1250000000@ap-shanghai', error: 'AccessDenied' }],
    });
  });

  it.each(['0', '101', 'x', '1e2'])('are not shown for %s versions', async (versions) => {
    const query = [
      ['replicationStatus', ''],
      ['versions', versions],
    ] as const;
    const answer = await world.call({ method: 'GET', path: '/a.txt', query });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });
});
