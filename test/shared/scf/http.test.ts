import { readFileSync } from 'node:fs';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { httpFunction, readHttpRequest, writeHttpResponse } from '../../../shared/scf/index.ts';

function fixture(name: string): Record<string, unknown> {
  const file = readFileSync(new URL(`../../fixtures/events/${name}`, import.meta.url), 'utf8');
  return (JSON.parse(file) as { event: Record<string, unknown> }).event;
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

describe('readHttpRequest', () => {
  it('reads the event of a function URL', () => {
    const request = readHttpRequest(fixture('function-url-request.json'));
    expect(request).toMatchObject({
      method: 'PUT',
      host: '1250000000-abcdefghij.ap-guangzhou.tencentscf.com',
      paths: ['/'],
      queries: [[['replication', '']]],
    });
    expect(request.headers).toContainEqual(['content-type', 'application/xml']);
    expect(text(request.body)).toBe('<ReplicationConfiguration>…</ReplicationConfiguration>');
  });

  it('reads the event of an API gateway, whose prefix the client may have signed or not', () => {
    const request = readHttpRequest(fixture('apigw-integration-request.json'));
    expect(request).toMatchObject({
      method: 'POST',
      host: 'service-3ei3tii4-251000691.ap-guangzhou.apigateway.myqloud.com',
      paths: ['/test/value', '/value', '/release/test/value'],
      queries: [
        [
          ['foo', 'bar'],
          ['bob', 'alice'],
        ],
      ],
    });
    expect(request.headers.map(([name]) => name)).toEqual(['accept-language', 'accept', 'host', 'user-agent']);
  });

  it.each([
    ['release', '/api', '/release/api/', ['/release/api/', '/api/', '/', '/release/release/api/']],
    ['release', '/api', '/api', ['/api', '/', '/release/api']],
    ['release', '/api/{proxy+}', '/api/a', ['/api/a', '/a', '/release/api/a']],
    ['', '/', '/', ['/']],
  ])('takes stage %j and API path %j off %s', (stage, api, path, expected) => {
    expect(readHttpRequest({ path, requestContext: { stage, path: api } }).paths).toEqual(expected);
  });

  it('has a decoded candidate where path or query may still be encoded', () => {
    const request = readHttpRequest({ path: '/a%20b', queryString: { 'q-sign-time': '1%3B2', bad: '%zz' } });
    expect(request.paths).toEqual(['/a%20b', '/a b']);
    expect(request.queries).toEqual([
      [
        ['q-sign-time', '1%3B2'],
        ['bad', '%zz'],
      ],
      [
        ['q-sign-time', '1;2'],
        ['bad', '%zz'],
      ],
    ]);
  });

  it.each([
    [{ replication: '' }, [['replication', '']]],
    [{ replication: null }, [['replication', '']]],
    [{ replication: true }, [['replication', '']]],
    [
      { a: ['1', '2'], b: 3 },
      [
        ['a', '1'],
        ['a', '2'],
        ['b', '3'],
      ],
    ],
    ['replication', [['replication', '']]],
    [
      '?replication=&a=b=c&&',
      [
        ['replication', ''],
        ['a', 'b=c'],
      ],
    ],
    [undefined, []],
  ])('reads the query %j', (queryString, pairs) => {
    expect(readHttpRequest({ queryString }).queries).toEqual([pairs]);
  });

  it('decodes a base64 body that is marked, and one that only its length reveals', () => {
    const bytes = Buffer.from('<a>é</a>');
    const body = bytes.toString('base64');
    const length = { 'Content-Length': String(bytes.length) };
    expect(text(readHttpRequest({ body, isBase64Encoded: true }).body)).toBe('<a>é</a>');
    expect(text(readHttpRequest({ body, headers: length }).body)).toBe('<a>é</a>');
    expect(text(readHttpRequest({ body }).body)).toBe(body);
    expect(text(readHttpRequest({ body, headers: { 'content-length': String(body.length) } }).body)).toBe(body);
    expect(text(readHttpRequest({ body: '<a/>', headers: { 'content-length': '3' } }).body)).toBe('<a/>');
  });

  it('never throws, whatever the input', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (path, queryString, headers) => {
        const request = readHttpRequest({ path, queryString, headers });
        expect(request.paths.every((candidate) => candidate.startsWith('/'))).toBe(true);
        expect(request.queries.length).toBeGreaterThan(0);
      }),
    );
    fc.assert(fc.property(fc.anything(), (event) => readHttpRequest(event).paths.length > 0));
  });
});

describe('writeHttpResponse', () => {
  const response = { status: 200, headers: { 'Content-Type': 'application/xml' }, body: '<a/>' };

  it('answers each front end in its form', () => {
    expect(writeHttpResponse(response, fixture('function-url-request.json'))).toEqual({
      statusCode: 200,
      headers: { 'Content-Type': 'application/xml' },
      body: '<a/>',
    });
    expect(writeHttpResponse(response, fixture('apigw-integration-request.json'))).toEqual({
      isBase64Encoded: false,
      statusCode: 200,
      headers: { 'Content-Type': 'application/xml' },
      body: '<a/>',
    });
  });

  it('lets no value end its header', () => {
    const headers = { a: 'x\r\nSet-Cookie: y', b: 'é\u0000' };
    expect(writeHttpResponse({ status: 200, headers }, {}).headers).toEqual({ a: 'x??Set-Cookie: y', b: '??' });
  });
});

describe('httpFunction', () => {
  it('writes the status into the line of the run', async () => {
    const lines: string[] = [];
    const main = httpFunction(({ method }) => Promise.resolve({ status: 204, headers: { method } }), {
      now: () => 0,
      write: (line) => lines.push(line),
    });
    await expect(main({ httpMethod: 'delete' }, { request_id: 'r' })).resolves.toEqual({
      statusCode: 204,
      headers: { method: 'DELETE' },
      body: '',
    });
    expect(lines).toEqual(['{"requestId":"r","level":"info","outcome":"ok","status":204,"durationMs":0}']);
  });
});
