import { beforeEach, describe, expect, it } from 'vitest';

import type { HttpAnswer } from '../../../../shared/scf/index.ts';
import { MINIMAL, configuration } from '../../../shared/rules/sample.ts';
import { NOW, PAIR, SECOND, SOURCE, URL_HOST, createBench, errorOf, signCall, urlEvent } from '../bench.ts';
import type { Bench, Call } from '../bench.ts';

const GET: Call = { method: 'GET' };
const PUT: Call = { method: 'PUT', body: configuration(MINIMAL) };
const DELETE: Call = { method: 'DELETE' };
const NONE = { status: 404, code: 'ReplicationConfigurationnotFoundError' };
const DENIED = { status: 403, code: 'AccessDenied' };
const MISMATCH = { status: 403, code: 'SignatureDoesNotMatch' };

let bench: Bench;

beforeEach(async () => {
  bench = await createBench();
});

/** The error of a refused request, which may have read nothing but its key, and changed nothing. */
function refused(answer: HttpAnswer) {
  if (bench.calls.some((name) => name !== 'getObject')) throw new Error('A refused request had an effect.');
  return errorOf(answer);
}

describe('signatures', () => {
  it('pass in the header and in the query', async () => {
    expect(errorOf(await bench.call(GET))).toMatchObject(NONE);
    expect(errorOf(await bench.call(GET, { form: 'query' }))).toMatchObject(NONE);
    expect((await bench.call(PUT, { form: 'query' })).statusCode).toBe(200);
  });

  it('pass in a query that the front end left encoded', async () => {
    const call = signCall(GET, NOW, { form: 'query' });
    const event = urlEvent({ ...call, query: call.query.map(([name, value]) => [name, encodeURIComponent(value)]) });
    expect(errorOf(await bench.send(event))).toMatchObject(NONE);
    const raw = call.query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
    expect(errorOf(await bench.send({ ...event, queryString: raw }))).toMatchObject(NONE);
  });

  it('are required', async () => {
    const headers = { host: URL_HOST };
    for (const httpMethod of ['GET', 'PUT', 'DELETE']) {
      expect(
        refused(await bench.send({ httpMethod, path: '/', queryString: { replication: '' }, headers })),
      ).toMatchObject({
        ...DENIED,
        message: 'Access Denied.',
      });
    }
  });

  it.each([
    ['another secret', GET, { pair: { ...PAIR, secretKey: `${PAIR.secretKey}.` } }, MISMATCH],
    ['another host', GET, { host: 'elsewhere.example.com' }, MISMATCH],
    ['another path', GET, { path: '/x' }, MISMATCH],
    ['an expired signature', GET, { window: [-901, -1] as const }, { ...DENIED, message: 'Request has expired' }],
    [
      'a signature of tomorrow',
      GET,
      { window: [86_400, 86_500] as const },
      { status: 403, code: 'RequestTimeTooSkewed' },
    ],
    ['an unknown key', GET, { pair: { ...PAIR, secretId: 'AKIDother' } }, { status: 403, code: 'InvalidAccessKeyId' }],
  ])('are refused: %s', async (_, call, options, error) => {
    expect(refused(await bench.call(call, options))).toMatchObject(error);
  });

  it('are refused for another method or query', async () => {
    const { headers } = signCall(GET, NOW);
    expect(refused(await bench.send(urlEvent({ ...signCall(PUT, NOW), headers })))).toMatchObject(MISMATCH);
    const presigned = signCall({ method: 'PUT', path: '/photo.jpg', query: [] }, NOW);
    expect(
      refused(await bench.send(urlEvent({ ...presigned, path: '/', query: [['replication', '']] }))),
    ).toMatchObject(MISMATCH);
  });

  it('that are refused give the client the computed text, and the log nothing of it', async () => {
    const answer = await bench.call(GET, { host: 'elsewhere.example.com' });
    expect(answer.body).toContain('<StringToSign>sha1\n');
    expect(answer.body).toContain('<FormatString>get\n/\nreplication=\n');
    expect(bench.lines.join('')).not.toContain('host=');
    expect(answer.body + bench.lines.join('')).not.toContain(PAIR.secretKey);
  });

  it.each(['q-sign-algorithm=sha1', 'Basic dXNlcjpwYXNz', 'q-ak=../rules/source&q-sign-algorithm=sha1', '&&&', 'q-ak'])(
    'that are malformed are refused: %s',
    async (authorization) => {
      const headers = { host: URL_HOST, authorization };
      expect(
        refused(await bench.send({ httpMethod: 'GET', path: '/', queryString: { replication: '' }, headers })),
      ).toMatchObject(DENIED);
      expect(bench.calls).toEqual([]);
    },
  );
});

describe('changes of rules', () => {
  it('must sign the host', async () => {
    const signed = ['content-type'];
    const headers: Call['headers'] = [['content-type', 'application/xml']];
    for (const call of [PUT, DELETE]) {
      expect(refused(await bench.call({ ...call, headers }, { signed }))).toMatchObject({
        ...DENIED,
        message: 'Strict signature missing header that must be signed: host.',
      });
    }
  });

  it('must sign the sub-resource, so that no presigned address can be turned into one', async () => {
    for (const call of [PUT, DELETE]) {
      for (const form of ['header', 'query'] as const) {
        expect(refused(await bench.call(call, { params: [], form }))).toMatchObject({
          ...DENIED,
          message: 'Strict signature missing param that must be signed: replication.',
        });
      }
    }
  });

  it('need the exact name of their parameter', async () => {
    const query: Call['query'] = [['Replication', '']];
    expect(errorOf(await bench.call({ ...PUT, query }))).toMatchObject({ status: 400, code: 'InvalidArgument' });
    expect(bench.calls).toEqual([]);
  });

  it('need a signed host, while reads accept an unsigned one, as some SDKs send', async () => {
    expect(errorOf(await bench.call(GET, { signed: [], params: [] }))).toMatchObject(NONE);
  });
});

describe('temporary credentials', () => {
  const token = 'a session token';

  it.each<[string, Call]>([
    ['header, unsigned', { ...GET, headers: [['x-cos-security-token', token]] }],
    [
      'parameter',
      {
        ...GET,
        query: [
          ['replication', ''],
          ['x-cos-security-token', token],
        ],
      },
    ],
  ])('are refused in the %s, and the documentation never asks for them', async (_, call) => {
    const answer = await bench.call(call);
    expect(refused(answer)).toMatchObject({
      ...DENIED,
      message: expect.stringContaining('serverless replication key add') as string,
    });
    expect(bench.calls).toEqual([]);
    expect(answer.body + bench.lines.join('')).not.toContain(token);
  });
});

describe('rights', () => {
  const pair = { secretId: 'AKIDlimited', secretKey: 'the secret of a limited key' };

  it('to read do not include rights to write, nor the reverse', async () => {
    await bench.keys.add({ buckets: [], rights: ['read'], pair });
    expect(errorOf(await bench.call(GET, { pair }))).toMatchObject(NONE);
    bench.calls.length = 0;
    expect(refused(await bench.call(PUT, { pair }))).toMatchObject({
      ...DENIED,
      message: 'This API key lacks the right "write".',
    });
    expect(refused(await bench.call(DELETE, { pair }))).toMatchObject(DENIED);

    await bench.keys.remove(pair.secretId);
    await bench.keys.add({ buckets: [], rights: ['write'], pair });
    expect(errorOf(await bench.call(GET, { pair }))).toMatchObject(DENIED);
    expect((await bench.call(PUT, { pair })).statusCode).toBe(200);
  });

  it('to metrics do not include rights to rules', async () => {
    await bench.keys.add({ buckets: [], rights: ['metrics'], pair });
    expect(errorOf(await bench.call(GET, { pair }))).toMatchObject(DENIED);
  });

  it('end with the key, without a restart', async () => {
    await bench.keys.remove(PAIR.secretId);
    bench.calls.length = 0;
    expect(refused(await bench.call(PUT))).toMatchObject({ status: 403, code: 'InvalidAccessKeyId' });
  });
});

describe('the life of a signature', () => {
  const day = 24 * 3600;
  const status: Call = { method: 'GET', path: '/a', query: [['replicationStatus', '']] };

  it('of a change is at most a day, and an older one has expired', async () => {
    expect((await bench.call(PUT, { window: [-60, day - 60] })).statusCode).toBe(200);
    bench.calls.length = 0;
    for (const window of [
      [0, day + 1],
      [-day, 1],
      [-10 * day, 10 * day],
    ] as const) {
      for (const call of [PUT, DELETE, { method: 'POST', query: [['replicationReattempt', '']] } satisfies Call]) {
        expect(refused(await bench.call(call, { window: [...window] }))).toMatchObject({
          ...DENIED,
          message: expect.stringContaining('at most 86400 seconds') as string,
        });
      }
    }
    expect(refused(await bench.call(PUT, { window: [-day, -1] }))).toMatchObject(DENIED);
  });

  it('of calls that only read may be longer', async () => {
    expect(errorOf(await bench.call(GET, { window: [0, 30 * day] }))).toMatchObject(NONE);
    expect(errorOf(await bench.call(status, { window: [0, 30 * day] })).message).not.toContain('86400');
  });
});

describe('which bucket', () => {
  const host = (bucket: string) => `${bucket}.replication.ap-guangzhou.example.com`;
  const pair = { secretId: 'AKIDphotos', secretKey: 'the secret of the photos key' };

  /** The bucket whose rules a PUT changed. */
  async function changedBy(call: Call, options = {}): Promise<string> {
    const answer = await bench.call({ ...PUT, ...call }, options);
    if (answer.statusCode !== 200) return errorOf(answer).code;
    const [name = ''] = [...bench.objects.keys()].filter((key) => key.includes('/rules/'));
    return name.slice(name.lastIndexOf('/') + 1);
  }

  beforeEach(async () => {
    bench = await createBench({ sources: [SOURCE, SECOND] });
    await bench.keys.add({ buckets: [SECOND.bucket], rights: ['write'], pair });
  });

  it.each<[string, Partial<Call>, object, string]>([
    ['the first label of the host', { host: host('photos-1250000000') }, {}, 'photos-1250000000'],
    ['also on the domain of COS', { host: 'photos-1250000000.cos.ap-guangzhou.myqcloud.com' }, {}, 'photos-1250000000'],
    ['also with a port', { host: `${host('photos-1250000000')}:8080` }, {}, 'photos-1250000000'],
    ['the host before the path', { host: host('photos-1250000000'), path: '/' }, {}, 'photos-1250000000'],
    ['the first segment of the path', { path: '/photos-1250000000/' }, {}, 'photos-1250000000'],
    ['also without a slash after it', { path: '/photos-1250000000' }, {}, 'photos-1250000000'],
    [
      'also when that is not signed, by a key for it alone',
      { path: '/photos-1250000000/' },
      { path: '/', pair },
      'photos-1250000000',
    ],
    [
      'not when that is not signed, by a key for several',
      { path: '/photos-1250000000/' },
      { path: '/' },
      'AccessDenied',
    ],
    ['the only one of the key', {}, { pair }, 'photos-1250000000'],
    ['not the platform’s own name', { host: 'photos-1250000000.ap-guangzhou.tencentscf.com' }, {}, 'InvalidBucketName'],
    [
      'not a name in an API gateway’s domain',
      { host: 'service-1250000000.gz.apigw.tencentcs.com' },
      { pair },
      'photos-1250000000',
    ],
    ['open with two sources', {}, {}, 'InvalidBucketName'],
    ['one that is not listed', { host: host('music-1250000000') }, {}, 'UserNotSourceBucketOwner'],
    ['one of another key', { host: host('source-1250000000') }, { pair }, 'AccessDenied'],
    ['one of another key in the path', { path: '/source-1250000000/' }, { pair }, 'AccessDenied'],
  ])('%s', async (_, call, options, expected) => {
    expect(await changedBy({ ...PUT, ...call }, options)).toBe(expected);
  });

  it('a signature of a write or of one of our own calls is valid for one bucket alone', async () => {
    const signed = signCall({ ...PUT, path: '/' }, bench.time, { form: 'query' });
    const status = signCall({ method: 'GET', path: '/a', query: [['replicationStatus', '']] }, bench.time);
    for (const call of [signed, status]) {
      for (const bucket of [SOURCE.bucket, SECOND.bucket]) {
        const answer = await bench.send(urlEvent({ ...call, path: `/${bucket}${call.path}` }));
        expect(errorOf(answer)).toMatchObject({ code: 'AccessDenied', message: expect.stringContaining('not signed') });
      }
    }
  });

  it("a key may read COS's own answers for any of its buckets", async () => {
    await bench.call({ ...PUT, path: '/photos-1250000000/' });
    expect((await bench.call({ method: 'GET', path: '/photos-1250000000/' }, { path: '/' })).statusCode).toBe(200);
  });

  it('a request without a bucket means the only source', async () => {
    bench = await createBench();
    expect(await changedBy({ method: 'PUT' })).toBe('source-1250000000');
    expect(await changedBy({ method: 'PUT', host: '127.0.0.1:18080' })).toBe('source-1250000000');
    expect(await changedBy({ method: 'PUT', host: '' })).toBe('source-1250000000');
  });

  it('a key for one bucket cannot find out whether another is listed', async () => {
    const answers = await Promise.all(
      ['source-1250000000', 'music-1250000000'].map((bucket) => bench.call({ ...PUT, host: host(bucket) }, { pair })),
    );
    expect(answers.map((answer) => errorOf(answer).code)).toEqual(['AccessDenied', 'AccessDenied']);
  });
});
