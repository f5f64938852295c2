import { describe, expect, it } from 'vitest';

import { createApi } from '../../../../functions/api/api.ts';
import type { Page } from '../../../../functions/api/console/page.ts';
import { createKeyStore } from '../../../../shared/access/index.ts';
import { nodeHash } from '../../../../shared/cos/index.ts';
import { createRuleStore } from '../../../../shared/rules/index.ts';
import { httpFunction } from '../../../../shared/scf/index.ts';
import type { HttpAnswer } from '../../../../shared/scf/index.ts';
import { KEYS } from '../../../shared/identity/keys.ts';
import { NOW, SOURCE, STATE, errorOf, gatewayEvent } from '../bench.ts';
import { createMemoryCos } from '../memory-cos.ts';

const page: Page = { html: '<!doctype html><title>page</title>', policy: "default-src 'none'", etag: '"tag"' };

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const unsigned = ({ method = 'GET', path = '/console', query = {}, headers = {} }: Asked) => ({
  httpMethod: method,
  path,
  queryString: query,
  headers: { host: 'api.example.com', ...headers },
});

async function ask(event: object, served: Page | 'none' = page): Promise<HttpAnswer> {
  const now = () => NOW;
  const { cos, calls } = createMemoryCos(now);
  const shared = { cos, state: STATE, now };
  const random = (bytes: number) => new Uint8Array(bytes);
  const api = createApi({
    ...shared,
    keys: createKeyStore({ ...shared, random }),
    rules: createRuleStore(shared),
    listed: { sources: [SOURCE], destinations: [] },
    hash: nodeHash,
    markerKeys: KEYS,
    random,
    page: served === 'none' ? undefined : served,
  });
  const answer = await httpFunction(api, { now, write: () => undefined })(event, { request_id: 'run' });
  expect(calls).toEqual([]);
  return answer;
}

describe('GET /console', () => {
  it('returns the page to anybody, with its policy, without a call to COS', async () => {
    const answer = await ask(unsigned({}));
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toBe(page.html);
    expect(answer.headers).toMatchObject({
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': page.policy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      ETag: page.etag,
    });
  });

  it('answers a HEAD by its headers alone', async () => {
    expect(await ask(unsigned({ method: 'HEAD' }))).toMatchObject({ statusCode: 200, body: '' });
  });

  it('is not sent again to a browser that has it', async () => {
    const answer = await ask(unsigned({ headers: { 'if-none-match': page.etag } }));
    expect(answer).toMatchObject({ statusCode: 304, body: '' });
    expect(await ask(unsigned({ headers: { 'if-none-match': '"older"' } }))).toMatchObject({ statusCode: 200 });
  });

  it('is found after the stage of a gateway', async () => {
    const call = { method: 'GET', host: 'api.example.com', path: '/release/console', query: [], headers: [], body: '' };
    expect(await ask(gatewayEvent(call))).toMatchObject({ statusCode: 200, body: page.html });
  });

  it('leaves an object of that name to its own calls, which are signed', async () => {
    const answer = await ask(unsigned({ query: { replicationStatus: '' } }));
    expect(errorOf(answer)).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(await ask(unsigned({ path: '/console/x' }))).toMatchObject({ statusCode: 405 });
    expect(await ask(unsigned({ method: 'POST' }))).toMatchObject({ statusCode: 405 });
  });

  it('says that the page is missing where the function was built without it', async () => {
    const answer = await ask(unsigned({}), 'none');
    expect(errorOf(answer)).toMatchObject({ status: 404, code: 'NoSuchKey' });
  });
});
