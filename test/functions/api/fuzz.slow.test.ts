import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { CHARACTER } from '../../characters.ts';
import { MINIMAL, configuration } from '../../shared/rules/sample.ts';
import { createBench, signCall, urlEvent } from './bench.ts';

const text = fc.string({ unit: CHARACTER, maxLength: 40 });
const names = fc.constantFrom('replication', 'q-ak', 'q-signature', 'q-sign-time', 'versioning', '__proto__', '');
const paths = fc.constantFrom('/', '/source-1250000000', '/../', '//', '/%2e%2e/%00', '/a?b', '/\ud800');
const headerNames = fc.constantFrom('host', 'authorization', 'content-md5', 'content-length', 'x-cos-security-token');

const event = fc.record(
  {
    httpMethod: fc.constantFrom('GET', 'PUT', 'DELETE', 'POST', 'HEAD', 'OPTIONS', 'get', '\u0000'),
    path: fc.oneof(paths, text),
    queryString: fc.oneof(fc.dictionary(fc.oneof(names, text), fc.oneof(text, fc.anything())), text, fc.anything()),
    headers: fc.oneof(fc.dictionary(fc.oneof(headerNames, text), fc.oneof(text, fc.anything())), fc.anything()),
    body: fc.oneof(text, fc.constant(configuration(MINIMAL)), fc.anything()),
    isBase64Encoded: fc.anything(),
    requestContext: fc.oneof(fc.record({ stage: text, path: text }), fc.anything()),
  },
  { requiredKeys: [] },
);

const acceptable = [200, 400, 403, 404, 405, 411];

it('no event leads to a 5xx, an exception, or an answer without a request ID', async () => {
  const bench = await createBench();
  await fc.assert(
    fc.asyncProperty(fc.oneof({ weight: 9, arbitrary: event }, fc.anything()), async (input) => {
      const { statusCode, headers } = await bench.send(input);
      expect(acceptable).toContain(statusCode);
      expect(Object.values(headers).join('')).toMatch(/^[\x20-\x7e]*$/);
    }),
    { numRuns: 2000 },
  );
  expect(bench.calls).not.toContain('putObject');
});

it('no signed body leads to a 5xx, and an accepted document is returned unchanged', async () => {
  const bench = await createBench();
  const words = fc.constantFrom(
    'Rule',
    'ID',
    'Status',
    'Enabled',
    '<',
    '</',
    '>',
    '&',
    '&amp;',
    ']]>',
    '<![CDATA[',
    '<!--',
    '\u0000',
    '\ud800',
    '<a>',
  );
  const bodies = fc.tuple(fc.nat(500), fc.nat(40), fc.oneof(words, text)).map(([at, length, piece]) => {
    const whole = configuration(MINIMAL);
    return whole.slice(0, at) + piece + whole.slice(at + length);
  });
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      const { statusCode } = await bench.send(urlEvent(signCall({ method: 'PUT', body }, bench.time)));
      expect([200, 400, 403, 411]).toContain(statusCode);
      if (statusCode !== 200) return;
      const read = await bench.call({ method: 'GET' });
      const again = await bench.call({ method: 'PUT', body: read.body });
      expect(again.statusCode).toBe(200);
      expect((await bench.call({ method: 'GET' })).body).toBe(read.body);
    }),
    { numRuns: 1000 },
  );
});

it('no rightly signed request leads to a 5xx, whatever else it holds', async () => {
  const pairs = fc.array(fc.tuple(fc.oneof(names, headerNames, text), text), { maxLength: 4 });
  const signedCall = fc.record({
    method: fc.constantFrom('GET', 'PUT', 'DELETE'),
    host: fc.oneof(fc.constantFrom('source-1250000000.example.com', '[::1]:80', ':', '-1250000000.a'), text),
    path: fc.oneof(fc.constant('/'), paths, text),
    query: pairs.map((more) => [['replication', ''] as const, ...more]),
    headers: pairs,
    body: text,
  });
  const bench = await createBench();
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(signedCall, fc.constantFrom('header' as const, 'query' as const), async (call, form) => {
      const signed = ['host', ...call.headers.map(([name]) => name.toLowerCase())];
      const { statusCode } = await bench.call(call, { form, signed });
      seen.add(statusCode);
      expect([...acceptable, 204]).toContain(statusCode);
    }),
    { numRuns: 2000 },
  );
  // Signatures do pass here, or the test would prove little.
  expect(seen).toContain(204);
});
