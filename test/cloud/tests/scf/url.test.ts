import { describe, expect, it } from 'vitest';
import type { FunctionId, Scf, ScfSwitches } from '../../scf/index.ts';
import type { CloudRequest, CloudResponse } from '../../types.ts';
import { createPlatform, deploy } from './scf-world.ts';

const OPEN = {
  type: 'http',
  name: 'url',
  description: '{"AuthType":"NONE","NetConfig":{"EnableExtranet":true,"EnableIntranet":false}}',
};

async function* bytes(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

function request(host: string, change: Partial<CloudRequest> = {}): CloudRequest {
  const base = { method: 'GET', host, rawPath: '/', rawQuery: '', headers: [['host', host]] as const };
  return { ...base, body: bytes(), remoteAddress: '192.0.2.30', ...change };
}

async function withUrl(source: string, switches: Partial<ScfSwitches> = {}) {
  const { scf } = createPlatform({ switches });
  const id = await deploy(scf, 'api', source);
  scf.createTrigger(id, OPEN);
  return { scf, id, host: hostOf(scf, id) };
}

function hostOf(scf: Scf, id: FunctionId): string {
  const found = scf.functionUrls().find((entry) => entry.id.name === id.name);
  if (!found) throw new Error('the function has no URL');
  return found.host;
}

const json = ({ body }: CloudResponse): unknown => JSON.parse(body as string);
const ECHO = 'exports.main_handler = (event) => event;';

describe('the event of a function URL', () => {
  it('has the five documented fields', async () => {
    const { scf, host } = await withUrl(ECHO);
    expect(host).toMatch(/^1250000000-[a-z\d]{10}\.ap-guangzhou\.tencentscf\.com$/);
    const answer = await scf.serve(
      request(`${host}:8080`, {
        method: 'PUT',
        rawPath: '/a%2Fb/ü',
        rawQuery: 'replication&x=1%202',
        headers: [
          ['host', 'ignored: absolute form wins'],
          ['authorization', 'q-sign-algorithm=sha1'],
          ['accept', 'a'],
          ['accept', 'b'],
          ['connection', 'keep-alive'],
        ],
        body: bytes('<Replication', Buffer.from('Ü'), '/>'),
      }),
    );
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.headers).toContainEqual(['content-type', 'application/json']);
    expect(json(answer)).toEqual({
      body: '<ReplicationÜ/>',
      headers: {
        host: `${host}:8080`,
        authorization: 'q-sign-algorithm=sha1',
        accept: 'a, b',
        'x-scf-remote-addr': '192.0.2.30',
      },
      httpMethod: 'PUT',
      path: '/a%2Fb/ü',
      queryString: { replication: '', x: '1 2' },
    });
  });

  it.each<[ScfSwitches['urlRepeatedKeys'], unknown]>([
    ['array', ['1', '2']],
    ['first', '1'],
    ['last', '2'],
  ])('has repeated keys by switch: %s', async (urlRepeatedKeys, expected) => {
    const { scf, host } = await withUrl(ECHO, { urlRepeatedKeys });
    const answer = await scf.serve(request(host, { rawQuery: 'a=1&b=x&a=2' }));
    expect(json(answer)).toMatchObject({ queryString: { a: expected, b: 'x' } });
  });

  it.each([
    ['/a%2Fb%20c', '/a/b c'],
    ['/%zz', '/%zz'],
  ])('has the path decoded by switch: %s', async (rawPath, path) => {
    const { scf, host } = await withUrl(ECHO, { urlPath: 'decoded' });
    expect(json(await scf.serve(request(host, { rawPath })))).toMatchObject({ path });
  });
});

describe('the answer of a function URL', () => {
  it.each<[string, string, Partial<CloudResponse>]>([
    [
      'status, headers and body',
      `({ statusCode: 404, headers: { 'Content-Type': 'application/xml', 'X-N': 7, 'Set-Cookie': ['a', 'b'], 'Content-Length': 99 }, body: '<Error/>' })`,
      {
        status: 404,
        body: '<Error/>',
        headers: [
          ['Content-Type', 'application/xml'],
          ['X-N', '7'],
          ['Set-Cookie', 'a'],
          ['Set-Cookie', 'b'],
        ],
      },
    ],
    ['an empty one', '({ statusCode: 204 })', { status: 204, body: '', headers: [] }],
    ['bytes as base64', `({ statusCode: 200, isBase64Encoded: true, body: '/w==' })`, { body: Buffer.from([0xff]) }],
    ['a value of its own', '"text"', { status: 200, body: '"text"', headers: [['content-type', 'application/json']] }],
    ['nothing', 'undefined', { status: 200, body: 'null' }],
  ])('is %s', async (_name, returned, expected) => {
    const { scf, host } = await withUrl(`exports.main_handler = () => ${returned};`);
    const answer = await scf.serve(request(host));
    const headers = answer.headers.filter(([name]) => name !== 'x-scf-request-id');
    expect({ ...answer, headers }).toMatchObject(expected);
  });

  it.each([
    ['an invalid status', '({ statusCode: "200" })'],
    ['a status out of range', '({ statusCode: 99 })'],
    ['a body that is not a text', '({ statusCode: 200, body: {} })'],
    ['invalid headers', '({ statusCode: 200, headers: [] })'],
    ['a header that is an object', '({ statusCode: 200, headers: { a: {} } })'],
  ])('is refused with %s', async (_name, returned) => {
    const { scf, host } = await withUrl(`exports.main_handler = () => (${returned});`);
    const answer = await scf.serve(request(host));
    expect(answer.status).toBe(500);
    expect(json(answer)).toEqual({
      errno: 403,
      error: 'Invalid scf response format. please check your scf response format.',
    });
  });

  it("is the platform's error when the function failed", async () => {
    const { scf, host } = await withUrl('exports.main_handler = () => { throw new Error("no"); };');
    const answer = await scf.serve(request(host));
    expect(answer.status).toBe(500);
    expect(json(answer)).toMatchObject({ statusCode: 430, errorMessage: 'user code exception caught' });
  });
});

describe('a function URL', () => {
  it('accepts an event of 6 MB, which is the request as JSON', async () => {
    const { scf, host } = await withUrl('exports.main_handler = (event) => ({ event: JSON.stringify(event).length });');
    const { event: around } = json(await scf.serve(request(host))) as { event: number };
    const room = 6 * 1024 * 1024 - around;
    const full = bytes('x'.repeat(room));
    expect(json(await scf.serve(request(host, { body: full })))).toEqual({ event: 6 * 1024 * 1024 });
    for (const body of [bytes('x'.repeat(room), 'x'), bytes('\0'.repeat(room / 6 + 1)), bytes('x'.repeat(7e6))]) {
      expect(await scf.serve(request(host, { body }))).toMatchObject({ status: 406 });
    }
  });

  it('keeps a byte order mark, and loses bytes that are not UTF-8', async () => {
    const { scf, host } = await withUrl(ECHO);
    const body = bytes(Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff]));
    expect(json(await scf.serve(request(host, { method: 'PUT', body })))).toMatchObject({ body: '\ufeffa\ufffd' });
  });

  it('is unknown before its trigger, and the same after it was made again', async () => {
    const { scf, id, host } = await withUrl(ECHO);
    expect(() => scf.createTrigger(id, OPEN)).toThrow(expect.objectContaining({ code: 'ResourceInUse.Trigger' }));
    scf.deleteTrigger(id, { type: 'http', name: 'any' });
    expect(await scf.serve(request(host))).toMatchObject({ status: 404 });
    scf.createTrigger(id, OPEN);
    expect(hostOf(scf, id)).toBe(host);
    expect(await scf.serve(request(host))).toMatchObject({ status: 200 });
  });

  it('may have a domain of its own, whose name the function sees', async () => {
    const { scf, id } = await withUrl(ECHO);
    const answer = await scf.serveFunction(id, request('photos-1250000000.replication.example.com'));
    expect(json(answer)).toMatchObject({ headers: { host: 'photos-1250000000.replication.example.com' } });
  });

  it('with CAM authentication refuses every other caller', async () => {
    const { scf } = createPlatform();
    const id = await deploy(scf, 'closed', ECHO);
    scf.createTrigger(id, { ...OPEN, description: '{"AuthType":"CAM"}' });
    expect(await scf.serve(request(hostOf(scf, id)))).toMatchObject({ status: 401 });
    expect(() => scf.createTrigger(id, { ...OPEN, description: '{}', qualifier: '$DEFAULT' })).toThrow(
      expect.objectContaining({ code: 'InvalidParameterValue.TriggerDesc' }),
    );
  });
});
