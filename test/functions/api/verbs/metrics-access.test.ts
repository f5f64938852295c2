import { describe, expect, it } from 'vitest';
import { errorOf, gatewayEvent, SECOND, SOURCE, URL_HOST } from '../bench.ts';
import { parseText } from '../metrics/parser.ts';
import { ruleText } from '../../../deployment/over-http.ts';
import { bench, useBench, SECRET, BACKUP, VAULT, scrape, metrics, store } from './metrics-bench.ts';

useBench();

describe('the right to read metrics', () => {
  it.each([
    ['no secret', 'Bearer '],
    ['another secret', 'Bearer theSecretOfTheScraped'],
    ['a part of the secret', `Bearer ${SECRET.slice(0, -1)}`],
    ['more than the secret', `Bearer ${SECRET}x`],
    ['the secret of a key without the right', 'Bearer theSecretKeyOfTheBench'],
    ['the ID of the key', 'Bearer SCRAPER'],
    ['another scheme', `Basic ${SECRET}`],
    ['a secret without a scheme', SECRET],
    ['an endless one', `Bearer ${'x'.repeat(100_000)}`],
  ])('is refused with %s', async (_, authorization) => {
    const answer = await scrape({ authorization });
    expect(errorOf(answer)).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(answer.body + bench.lines.join('')).not.toContain(SECRET);
  });

  it('is refused with two secrets, and an object of that name is no way around', async () => {
    const headers = { Host: URL_HOST, Authorization: [`Bearer ${SECRET}`, `Bearer ${SECRET}`] };
    const twice = await bench.send({ httpMethod: 'GET', path: '/metrics', queryString: {}, headers });
    expect(errorOf(twice)).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect((await scrape({ query: { replicationStatus: '' } })).statusCode).toBe(403);
    expect((await scrape({ path: '/metrics/x' })).statusCode).toBe(405);
    expect((await scrape({ method: 'POST' })).statusCode).toBe(405);
  });

  it('needs nothing but the secret, even behind a gateway; a HEAD gets the headers alone', async () => {
    const headers = [['Authorization', `bearer ${SECRET}`]] as const;
    const call = { method: 'GET', host: 'api.example.com', path: '/release/metrics', query: [], headers, body: '' };
    expect((await bench.send(gatewayEvent(call))).statusCode).toBe(200);
    expect(await scrape({ method: 'HEAD' })).toMatchObject({ statusCode: 200, body: '' });
    expect((await scrape()).headers).toMatchObject({
      'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
      'Cache-Control': 'no-store',
    });
  });

  it("covers each key's own sources and destinations", async () => {
    await store(
      SOURCE,
      ruleText('a', BACKUP, '<Priority>1</Priority>'),
      ruleText('b', VAULT, '<Priority>2</Priority>'),
    );
    await store(SECOND, ruleText('c', BACKUP));
    const pair = { secretId: 'NARROW', secretKey: 'theSecretOfANarrowKey' };
    await bench.keys.add({ buckets: [SOURCE.bucket], destinations: [VAULT.bucket], rights: ['metrics'], pair });
    bench.time += 1000;
    const { body } = await scrape({ authorization: `Bearer ${pair.secretKey}` });
    expect(new Set(parseText(body).flatMap(({ labels }) => labels['source'] ?? []))).toEqual(new Set([SOURCE.bucket]));
    expect(body).toContain(VAULT.bucket);
    expect(body).not.toContain(BACKUP.bucket);
    const all = new Set((await metrics()).flatMap(({ labels }) => labels['source'] ?? []));
    expect(all).toEqual(new Set([SOURCE.bucket, SECOND.bucket]));
    const host = `${SECOND.bucket}.replication.ap-guangzhou.example.com`;
    const one = new Set((await metrics({ host })).flatMap(({ labels }) => labels['source'] ?? []));
    expect(one).toEqual(new Set([SECOND.bucket]));
  });
});
