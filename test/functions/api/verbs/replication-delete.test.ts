import { beforeEach, describe, expect, it } from 'vitest';

import { MINIMAL, configuration } from '../../../shared/rules/sample.ts';
import { cosError } from '../memory-cos.ts';
import { NOW, PAIR, STATE, createBench, errorOf } from '../bench.ts';
import type { Bench, Call } from '../bench.ts';

const body = configuration(MINIMAL);
const GET: Call = { method: 'GET' };
const PUT: Call = { method: 'PUT', body };

let bench: Bench;

beforeEach(async () => {
  bench = await createBench();
});

const put = async (text: string) => bench.call({ method: 'PUT', body: text });

describe('DELETE', () => {
  it('removes all rules, and may be repeated', async () => {
    await put(body);
    for (const _ of [1, 2]) {
      const answer = await bench.call({ method: 'DELETE' });
      expect(answer).toMatchObject({ statusCode: 204, body: '' });
    }
    expect(errorOf(await bench.call(GET))).toMatchObject({ code: 'ReplicationConfigurationnotFoundError' });
  });

  it('ends the rule: storing the same rule again is a new start', async () => {
    await put(body);
    await bench.call({ method: 'DELETE' });
    bench.time = NOW + 60_000;
    await put(body);
    const stored = await bench.rules.getFresh({ bucket: 'source-1250000000', region: 'ap-guangzhou' });
    expect(stored?.rules[0]?.start).toBe(NOW + 60_000);
  });
});

describe('every other request', () => {
  it.each([
    ['HEAD', '/', { replication: '' }, 405],
    ['POST', '/', { replication: '' }, 405],
    ['PATCH', '/', { replication: '' }, 405],
    ['', '/', { replication: '' }, 405],
    ['GET', '/', {}, 405],
    ['PUT', '/', { versioning: '' }, 405],
    ['PUT', '/photo.jpg', {}, 405],
    ['GET', '/photo.jpg', {}, 405],
    ['HEAD', '/photo.jpg', {}, 405],
    ['PUT', '/photo.jpg', { replication: '' }, 400],
    ['GET', '/source-1250000000/photo.jpg', { replication: '' }, 400],
  ])('gets its refusal: %s %s %j is %i', async (httpMethod, path, queryString, status) => {
    const answer = await bench.send({ httpMethod, path, queryString, headers: { host: 'a.example.com' } });
    expect(answer.statusCode).toBe(status);
    expect(answer.body === '').toBe(httpMethod === 'HEAD');
    expect(answer.headers['Allow']).toBe(status === 405 ? 'PUT, GET, DELETE, OPTIONS' : undefined);
    expect(bench.calls).toEqual([]);
  });

  it.each([
    ['/photo.jpg', {}, 'MethodNotAllowed', 'serves no objects. Of an object it takes GET /<key>?replicationStatus.'],
    ['/', {}, 'MethodNotAllowed', 'Of a bucket it takes PUT /?replication, GET /?replication,'],
    ['/photo.jpg', { ReplicationStatus: '' }, 'InvalidArgument', 'this call is spelt replicationStatus.'],
    ['/', { replicationfailures: '' }, 'InvalidArgument', 'this call is spelt replicationFailures.'],
    ['/a', { replicationFailures: '' }, 'InvalidArgument', 'of an object: it is GET /?replicationFailures.'],
    ['/', { replicationPreflight: '' }, 'MethodNotAllowed', 'it is POST /?replicationPreflight.'],
  ])('gets the name of the right call: GET %s %j', async (path, queryString, code, message) => {
    const answer = await bench.send({ httpMethod: 'GET', path, queryString, headers: { host: 'a.example.com' } });
    const error = errorOf(answer);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it("answers a browser's preflight with names only", async () => {
    const ask = async (names: string) => {
      const headers = { 'Access-Control-Request-Headers': names };
      return (await bench.send({ httpMethod: 'OPTIONS', path: '/', headers })).headers['Access-Control-Allow-Headers'];
    };
    expect(await ask('authorization, x-cos-sdk-retry')).toBe('authorization, x-cos-sdk-retry');
    expect(await ask('a\r\nSet-Cookie: b, content-md5,<script>')).toBe('content-md5');
    expect(await ask('')).toBe('authorization');
  });
});

describe('internal failures', () => {
  it.each([
    ['COS is overloaded', cosError(STATE, 'SlowDown', 503, true), 503, 'SlowDown'],
    ['COS does not answer', cosError(STATE, 'AnswerTimeout', 0, true), 503, 'ServiceUnavailable'],
    // The caller has every right; a 403 would make them look for a fault on their side.
    ['the role lost its rights', cosError(STATE, 'AccessDenied', 403), 409, 'InvalidBucketState'],
    ['something that nobody thought of', new TypeError('secret inner detail'), 500, 'InternalError'],
  ])('are reported without details, which are in the log: %s', async (_, failure, status, code) => {
    for (const call of ['getObject', 'putObject']) {
      bench = await createBench();
      bench.failures.set(call, failure);
      const answer = await bench.call(PUT);
      expect(errorOf(answer)).toMatchObject({ status, code });
      expect(answer.body).not.toContain(failure.message);
      expect(answer.body).not.toContain(STATE.bucket);
      expect(bench.lines.join('\n')).toContain(failure.message);
      expect(bench.lines.join('\n')).toContain(answer.headers['x-cos-request-id']);
    }
  });

  it('the client gets no detail of a damaged state object', async () => {
    bench.objects.set(`${STATE.bucket}@${STATE.region}/rules/source-1250000000`, Buffer.from('{"inner":'));
    const answer = await bench.call(GET);
    expect(errorOf(answer)).toMatchObject({ status: 409, code: 'InvalidBucketState' });
    expect(bench.lines.join('')).toContain('cannot be read');
    // No start is read from it, so a user who deletes the rules first gives them a new start.
    expect(errorOf(await bench.call(PUT))).toMatchObject({ status: 409 });
    expect((await bench.call({ method: 'DELETE' })).statusCode).toBe(204);
    expect((await bench.call(PUT)).statusCode).toBe(200);
  });

  it('a damaged API key grants nothing, and is reported as a fault of the deployment', async () => {
    bench.objects.set(`${STATE.bucket}@${STATE.region}/keys/${PAIR.secretId}`, Buffer.from('{"secretId":1}'));
    expect(errorOf(await bench.call(GET))).toMatchObject({ status: 409, code: 'InvalidBucketState' });
  });
});
