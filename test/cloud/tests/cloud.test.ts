import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCloud } from '../index.ts';
import type { LocalCloud } from '../index.ts';
import { plain } from './cos/setup.ts';
import { ruleOf } from './cos/settings.ts';
import { deploy } from './scf/scf-world.ts';
import { rawExchange } from './http/raw.ts';

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startCloud({ transitionMs: 0 });
});
afterAll(() => cloud.close());

async function local(path: string, init: RequestInit = {}): Promise<{ status: number; json: unknown }> {
  const answer = await fetch(`${cloud.endpoint}/_local${path}`, init);
  return { status: answer.status, json: await answer.json() };
}

describe('startCloud', () => {
  it('makes a key pair of its own at every start', async () => {
    const other = await startCloud();
    try {
      expect(other.secretId).not.toBe(cloud.secretId);
      expect(other.secretKey).not.toBe(cloud.secretKey);
      expect(cloud.secretId).toMatch(/^AKID\w{32}$/);
      expect(cloud.cam.find(cloud.secretId)?.principal.kind).toBe('root');
    } finally {
      await other.close();
    }
  });

  it('names the port that is taken', async () => {
    await expect(startCloud({ port: cloud.port })).rejects.toThrow(`port ${cloud.port} on 127.0.0.1 is in use`);
  });

  it('accepts no connection after close', async () => {
    const other = await startCloud();
    await other.close();
    await expect(fetch(other.endpoint)).rejects.toThrow('fetch failed');
  });

  it('has no API before a function with a URL is deployed', async () => {
    expect((await fetch(`${cloud.endpoint}/?replication`)).status).toBe(404);
  });
});

describe('/_local', () => {
  it('sets, shows and removes faults', async () => {
    const rules = [{ match: { action: 'PutObject' }, effect: { kind: 'reset' }, times: 3 }];
    const set = await local('/faults', { method: 'PUT', body: JSON.stringify(rules) });
    expect(set).toEqual({ status: 200, json: [{ rule: rules[0], matched: 0, struck: 0 }] });
    expect(cloud.faults.status()).toHaveLength(1);
    expect((await local('/faults', { method: 'DELETE' })).json).toEqual([]);
  });

  it('refuses unknown requests', async () => {
    expect((await local('/faults', { method: 'PUT', body: '{' })).status).toBe(400);
    expect((await local('/faults', { method: 'PUT', body: '[{"effect":{"kind":"?"}}]' })).status).toBe(400);
    expect((await local('/switches', { method: 'PUT', body: '{"listingLagg":1}' })).status).toBe(400);
    expect((await local('/events', { method: 'PUT' })).status).toBe(405);
    expect((await local('/nothing')).status).toBe(404);
  });

  it('sets switches', async () => {
    await local('/switches', { method: 'PUT', body: '{"markerOn404":true,"listingLag":20}' });
    expect(cloud.core.switches).toMatchObject({ markerOn404: true, listingLag: 20 });
    await local('/switches', { method: 'PUT', body: '{"markerOn404":false,"listingLag":0}' });
    expect(cloud.core.switches).toMatchObject({ markerOn404: false, listingLag: 0 });
  });

  it('runs the lifecycles ahead of their days', async () => {
    const { core, blobs } = cloud;
    const [bucket, region] = ['aging-1250000000', 'ap-beijing'];
    core.createBucket(bucket, region);
    core.configureBucket(bucket, region, { lifecycle: [ruleOf({ expiration: { days: 3 } })] });
    core.putObject(bucket, region, 'k', blobs.fromBytes(Buffer.from('x')), plain, { requestId: 'r0' });
    const run = (body: string) => local('/lifecycle', { method: 'POST', body });
    expect(await run('{"days":2}')).toEqual({ status: 200, json: [] });
    const removed = { action: 'removed', bucket, region, key: 'k', versionId: 'null' };
    expect((await run('{"days":5}')).json).toEqual([removed]);
    for (const body of ['{}', '{"days":-1}', '{"days":"1"}']) expect((await run(body)).status).toBe(400);
    core.deleteBucket(bucket, region);
  });

  it('shows buckets, events and functions', async () => {
    cloud.core.createBucket('seen-1250000000', 'ap-guangzhou');
    const blob = cloud.blobs.fromBytes(Buffer.from('x'));
    cloud.core.putObject('seen-1250000000', 'ap-guangzhou', 'k', blob, plain, { requestId: 'r1' });
    expect((await local('/state')).json).toMatchObject({ buckets: [{ name: 'seen-1250000000' }] });
    const events = (await local('/events')).json as object[];
    expect(events.at(-1)).toMatchObject({ name: 'cos:ObjectCreated:Put', key: 'k', requestId: 'r1' });
    expect((await local('/functions')).json).toEqual([]);
    expect((await local('/logs')).json).toEqual([]);
    expect((await local('/idle')).json).toMatchObject({ running: 0 });
  });
});

describe('the API function', () => {
  const SOURCE =
    'exports.main_handler = async ({ path, headers }) => `${process.env.TENCENTCLOUD_REGION} ${headers.host} ${path}`;';
  const OPEN = { type: 'http', name: 'url', description: '{"AuthType":"NONE","NetConfig":{"EnableExtranet":true}}' };
  const ask = async (host: string, path = '/') => {
    const { text } = await rawExchange(
      cloud.port,
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    return text.slice(text.indexOf('\r\n\r\n') + 4);
  };

  it('answers on its URL, on the custom domains of its region, and in the source region on this machine', async () => {
    const id = await deploy(cloud.scf, 'replication-dev-api', SOURCE);
    cloud.scf.createTrigger(id, OPEN);
    const [{ host: url } = { host: '' }] = cloud.scf.functionUrls();
    const own = `127.0.0.1:${cloud.port}`;
    const domain = 'b-1250000000.replication.ap-guangzhou.example.com';
    expect(await ask(url)).toBe(`"ap-guangzhou ${url} /"`);
    expect(await ask(domain, '/a//../b')).toBe(`"ap-guangzhou ${domain} /a//../b"`);
    expect(await ask(own, '/console')).toBe(`"ap-guangzhou ${own} /console"`);
    expect(await ask('b-1250000000.replication.ap-shanghai.example.com')).toContain('ap-shanghai');
    expect((await local('/functions')).json).toMatchObject([{ id: { name: 'replication-dev-api' } }]);
  });

  it('has an address of its own for each deployment, the first one that of the cloud', async () => {
    const id = await deploy(cloud.scf, 'replication-prod-api', SOURCE.replace('{path}', '{path} of prod'));
    cloud.scf.createTrigger(id, OPEN);
    const list = async () => (await local('/addresses')).json as { name: string; host: string; address: string }[];
    const [dev, prod] = await list();
    expect(dev).toMatchObject({ name: 'replication-dev-api', address: cloud.endpoint });
    expect(prod?.address).not.toBe(cloud.endpoint);
    expect(await list()).toEqual([dev, prod]);
    expect(await (await fetch(`${prod?.address}/console`)).text()).toContain('/console of prod');
    expect(await (await fetch(`${dev?.address}/console`)).text()).not.toContain('of prod');
  });
});
