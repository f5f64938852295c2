import { describe, expect, it } from 'vitest';

import { deployment } from '../../../../functions/api/schemas.ts';
import type { Deployment } from '../../../../functions/api/schemas.ts';
import { PAIR, SECOND, SOURCE, createBench, errorOf } from '../bench.ts';
import type { Bench, Call } from '../bench.ts';

const CALL: Call = { method: 'GET', query: [['replicationDeployment', '']] };

async function ask(bench: Bench, more: Partial<Call> = {}): Promise<Deployment> {
  const answer = await bench.call({ ...CALL, ...more });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return deployment.parse(JSON.parse(answer.body));
}

const names = (buckets: Deployment['sources']) => buckets.map(({ bucket }) => bucket);

describe('GET /?replicationDeployment', () => {
  it('lists the buckets with their versioning, the rights of the key, and every call', async () => {
    const bench = await createBench({ destinations: ['backup', 'third'] });
    bench.versioning.set('backup-1250000000@ap-shanghai', 'Suspended');
    bench.versioning.delete('third-1250000000@ap-shanghai');
    const told = await ask(bench);
    expect(told).toMatchObject({
      bucket: SOURCE.bucket,
      bucketInHost: false,
      sources: [{ ...SOURCE, versioning: 'Enabled' }],
      rights: ['read', 'write'],
    });
    expect(told.destinations.map(({ bucket, versioning }) => [bucket, versioning])).toEqual([
      ['backup-1250000000', 'Suspended'],
      ['third-1250000000', expect.stringMatching(/^(?:Disabled|unknown)$/)],
    ]);
    expect(told.calls).toContainEqual({ method: 'GET', subresource: 'replicationStatus', on: 'object' });
    expect(told.calls).toContainEqual({ method: 'PUT', subresource: 'replication', on: 'bucket' });
  });

  it('needs no bucket where the key is for several, and begins with the first', async () => {
    const bench = await createBench({ sources: [SOURCE, SECOND] });
    const told = await ask(bench);
    expect([told.bucket, ...names(told.sources)]).toEqual([SOURCE.bucket, SOURCE.bucket, SECOND.bucket]);
    expect(await ask(bench, { path: `/${SECOND.bucket}/` })).toMatchObject({ bucket: SECOND.bucket });
  });

  it('shows a key its own source and destinations alone', async () => {
    const key = { buckets: [SECOND.bucket], destinations: ['backup-1250000000'] };
    const bench = await createBench({ sources: [SOURCE, SECOND], destinations: ['backup', 'third'], key });
    const told = await ask(bench);
    expect(names(told.sources)).toEqual([SECOND.bucket]);
    expect(names(told.destinations)).toEqual(['backup-1250000000']);
    const other = await bench.call({ ...CALL, path: `/${SOURCE.bucket}/` });
    expect(errorOf(other)).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  it('says that the host names the bucket, and knows no other one there', async () => {
    const bench = await createBench({ sources: [SOURCE, SECOND] });
    const told = await ask(bench, { host: `${SECOND.bucket}.replication.example.com` });
    expect(told).toMatchObject({ bucket: SECOND.bucket, bucketInHost: true });
    expect(names(told.sources)).toEqual([SECOND.bucket]);
  });

  it('is refused to a key that may manage nothing here, and to one without the right', async () => {
    const stranger = await createBench({ key: { buckets: ['elsewhere-1250000000'] } });
    expect(errorOf(await stranger.call(CALL))).toMatchObject({ status: 403, code: 'AccessDenied' });
    const metrics = await createBench({ key: { rights: ['metrics'] } });
    expect(errorOf(await metrics.call(CALL))).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  it('must be signed with host and sub-resource', async () => {
    const bench = await createBench();
    expect(errorOf(await bench.call(CALL, { signed: [], pair: PAIR }))).toMatchObject({ status: 403 });
    expect(errorOf(await bench.call(CALL, { params: [], pair: PAIR }))).toMatchObject({ status: 403 });
  });
});
