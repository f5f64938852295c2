import { describe, expect, it } from 'vitest';

import { CHECKS, notApplicable, ok, readReport } from './checks.ts';
import type { CheckId } from './checks.ts';
import { countsOf, matrixJson, matrixText } from './matrix.ts';
import type { Result } from './matrix.ts';
import { readRecording } from './recordings.ts';
import { differenceOf } from './round-trip.ts';
import type { Exchange } from './tap.ts';
import { judgeWire } from './wire.ts';

/** The judge of the SDK suite: a fault that it misses, the suite misses. */

const document = (rule: string) =>
  `<ReplicationConfiguration><Role>r</Role><Rule>${rule}</Rule></ReplicationConfiguration>`;
const difference = (sent: string, received: string) => differenceOf(Buffer.from(sent), Buffer.from(received));

describe('round trip', () => {
  const sent = document('<ID>a</ID>\n  <Status>Enabled</Status>');

  it('accepts the same document in another layout', () => {
    expect(difference(`\r\n${sent}\n`, document('<ID>a</ID><Status>Enabled</Status>'))).toBeUndefined();
  });

  it('accepts an ID where none was sent', () => {
    const received = document('<ID>new</ID><Status>Enabled</Status>');
    expect(difference(document('<Status>Enabled</Status>'), received)).toBeUndefined();
    expect(difference(document('<ID></ID><Status>Enabled</Status>'), received)).toBeUndefined();
  });

  it.each([
    ['an element that was added', '<ID>a</ID><Status>Enabled</Status><Priority>1</Priority>'],
    ['an element that is gone', '<ID>a</ID>'],
    ['another text', '<ID>a</ID><Status>enabled</Status>'],
    ['another order', '<Status>Enabled</Status><ID>a</ID>'],
    ['a namespace', '<ID>a</ID><Status xmlns="x">Enabled</Status>'],
  ])('finds %s', (_, rule) => {
    expect(difference(sent, document(rule))).toBeTypeOf('string');
  });

  it('finds an ID that was not filled in', () => {
    expect(difference(document('<Status>Enabled</Status>'), document('<Status>Enabled</Status>'))).toContain('no ID');
  });
});

describe('the recorded requests', () => {
  const sdk = 'go';
  const answerHeaders = { 'x-cos-request-id': 'id' };
  const exchange = (action: 'put' | 'get', more: Partial<Exchange> = {}): Exchange => {
    const { method, rawUrl, headers, body } = readRecording(sdk, action);
    const lower = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
    const base = { method, target: rawUrl, headers: lower, body: Buffer.from(body), status: 200, answerHeaders };
    return {
      ...base,
      answer: action === 'get' ? Buffer.from(readRecording(sdk, 'put').body) : Buffer.alloc(0),
      ...more,
    };
  };
  const put = exchange('put');
  const get = exchange('get');
  const good = [put, get, get, get, get];
  const judge = (exchanges: readonly Exchange[], isBrowser = false) =>
    new Map(judgeWire(exchanges, sdk, isBrowser).map(([check, cell]) => [check, cell.outcome]));

  it('pass when nothing is wrong', () => {
    expect([...judge(good).values()]).toEqual(['ok', 'ok', 'ok', 'n/a']);
  });

  const spoilt: [CheckId, string, Exchange[]][] = [
    ['round-trip', 'another document', [...good, { ...get, answer: Buffer.from(document('<ID>a</ID>')) }]],
    ['round-trip', 'next to nothing read', [put, get]],
    [
      'signed',
      'fewer headers signed',
      [...good, exchange('put', { headers: { authorization: authorization('host') } })],
    ],
    ['signed', 'no signature', [...good, exchange('get', { headers: {} })]],
    ['answered-once', 'no request ID', [...good, { ...get, answerHeaders: {} }]],
    ['answered-once', 'a 5xx', [...good, { ...get, status: 503 }]],
    ['answered-once', 'a redirect', [...good, { ...get, status: 302 }]],
    ['answered-once', 'a retry', [...good, { ...get, headers: { ...get.headers, 'x-cos-sdk-retry': 'true' } }]],
  ];
  it.each(spoilt)('fail the check %s with %s', (check, _, exchanges) => {
    expect(judge(exchanges).get(check)).toBe('failed');
  });

  it('fail the check cors when the browser sent no preflight before a call', () => {
    const origin = { ...put.headers, origin: 'http://page' };
    const calls = ['PUT', 'GET', 'DELETE'].map((method) => ({ ...put, method, headers: origin }));
    const allow = {
      'access-control-allow-methods': 'GET, PUT, DELETE',
      'access-control-allow-headers': 'authorization',
    };
    const preflight = { ...get, method: 'OPTIONS', headers: {}, answerHeaders: { ...answerHeaders, ...allow } };
    expect(judge([preflight, ...calls], true).get('cors')).toBe('ok');
    expect(judge(calls, true).get('cors')).toBe('failed');
    expect(judge([{ ...preflight, answerHeaders }, ...calls], true).get('cors')).toBe('failed');
    expect(judge([preflight, ...calls.slice(1)], true).get('cors')).toBe('failed');
  });
});

function authorization(headerList: string): string {
  const times = '1700000000;1700000900';
  return `q-sign-algorithm=sha1&q-ak=a&q-sign-time=${times}&q-key-time=${times}&q-header-list=${headerList}&q-url-param-list=replication&q-signature=${'0'.repeat(40)}`;
}

describe('the matrix', () => {
  const all = new Map(CHECKS.map(({ id }) => [id, ok()]));
  const result = (cells: Result['cells']): Result => ({ id: 'go', name: 'Go', kind: 'live', address: 'host', cells });

  it('counts a check that nobody reported as failed', () => {
    const cells = new Map([...all].filter(([id]) => id !== 'put'));
    expect(countsOf([result(cells)])).toEqual({ passed: CHECKS.length - 1, failed: 1, notApplicable: 0 });
    expect(matrixText([result(cells)])).toContain('FAILED put (go): not reported');
    expect(
      matrixText([result(cells)])
        .split('\n')
        .at(-1),
    ).toBe(`${CHECKS.length - 1} passed, 1 failed`);
  });

  it('explains checks that do not apply, and has the same content as JSON', () => {
    const results = [result(new Map([...all, ['cors', notApplicable('no browser')] as const]))];
    expect(matrixText(results)).toContain('n/a CORS preflight (go): no browser');
    expect(JSON.parse(matrixJson(results))).toMatchObject({
      sdks: [{ id: 'go', checks: { put: { outcome: 'ok' }, cors: { outcome: 'n/a', detail: 'no browser' } } }],
      passed: CHECKS.length - 1,
      failed: 0,
      notApplicable: 1,
    });
  });

  it('believes a client only in its own checks, and a failure only with a reason', () => {
    const line = (check: string, outcome: string, detail: string) =>
      readReport(JSON.stringify({ check, outcome, detail }));
    expect(line('put', 'ok', '')).toEqual(['put', ok()]);
    expect(line('round-trip', 'ok', '')).toBeUndefined();
    expect(line('put', 'failed', '')).toBeUndefined();
    expect(line('put', 'fine', '')).toBeUndefined();
    expect(readReport('{"check":')).toBeUndefined();
  });
});
