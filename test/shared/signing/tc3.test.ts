import { describe, expect, it } from 'vitest';
import { nodeHash as hash } from '../../../shared/cos/index.ts';
import { readTc3, signTc3, verifyTc3 } from '../../../shared/signing/index.ts';
import type { Pairs, Tc3Fields } from '../../../shared/signing/index.ts';

// The example of the page "Signature v3" of the cloud API: DescribeInstances, with the page's asterisks in the key.
const PUBLISHED_PAYLOAD = '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}';
const published = {
  service: 'cvm',
  host: 'cvm.tencentcloudapi.com',
  action: 'DescribeInstances',
  version: '2017-03-12',
  region: 'ap-guangzhou',
  payload: PUBLISHED_PAYLOAD,
  timestamp: 1_551_113_065,
  credentials: { secretId: 'AKIDtest', secretKey: '*'.repeat(32) },
  hash,
};
const NOW = published.timestamp * 1000;

function received(headers: Pairs): { method: string; query: string; headers: Pairs; payload: string } {
  return { method: 'POST', query: '', headers, payload: PUBLISHED_PAYLOAD };
}

function check(
  headers: Pairs,
  changes: { now?: number; service?: string; secretKey?: string; payload?: string; fields?: Partial<Tc3Fields> } = {},
): void {
  const fields = readTc3(headers);
  if (fields === undefined) throw new Error('not signed');
  const options = { secretKey: published.credentials.secretKey, hash, now: NOW, service: 'cvm', ...changes };
  const request = { ...received(headers), payload: changes.payload ?? PUBLISHED_PAYLOAD };
  verifyTc3(request, { ...fields, ...changes.fields }, options);
}

function failure(code: string): Error {
  return expect.objectContaining({ name: 'SignatureError', code: `AuthFailure.${code}`, status: 200 }) as Error;
}

describe('TC3-HMAC-SHA256', () => {
  it('signs the published example', () => {
    expect(signTc3(published)).toEqual({
      'Content-Type': 'application/json; charset=utf-8',
      Host: 'cvm.tencentcloudapi.com',
      'X-TC-Action': 'DescribeInstances',
      'X-TC-Timestamp': '1551113065',
      'X-TC-Version': '2017-03-12',
      'X-TC-Region': 'ap-guangzhou',
      Authorization:
        'TC3-HMAC-SHA256 Credential=AKIDtest/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host;x-tc-action, ' +
        'Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f',
    });
  });

  it('verifies the older published example, which signs two headers', () => {
    const headers: Pairs = [
      ['content-type', 'application/json; charset=utf-8'],
      ['host', 'cvm.tencentcloudapi.com'],
      ['x-tc-timestamp', '1551113065'],
      [
        'authorization',
        'TC3-HMAC-SHA256 Credential=AKIDtest/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host, ' +
          'Signature=2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c',
      ],
    ];
    const secretKey = 'Gu5t9xGARNpq86cd98joQYCN3*******';
    expect(() => check(headers, { secretKey })).not.toThrow();
  });

  it('accepts a payload as text or as bytes, and adds a token', () => {
    const payload = new TextEncoder().encode(PUBLISHED_PAYLOAD);
    const credentials = { ...published.credentials, token: 'a-token' };
    const signed = signTc3({ ...published, payload, credentials, region: undefined });
    expect(signed).toMatchObject({
      'X-TC-Token': 'a-token',
      Authorization: signTc3(published)['Authorization'] ?? '',
    });
    expect(signed).not.toHaveProperty('X-TC-Region');
  });

  it('verifies its own signature, with header names in any case', () => {
    const headers = Object.entries(signTc3(published)).map(([name, value]) => [name.toLowerCase(), value] as const);
    for (const seconds of [-300, 0, 300]) {
      expect(() => check(headers, { now: NOW + seconds * 1000 })).not.toThrow();
    }
  });

  it('knows an unsigned call', () => {
    expect(readTc3([['host', 'h']])).toBeUndefined();
  });
});

describe('a TC3 signature is refused', () => {
  const good: Pairs = Object.entries(signTc3(published));
  const changed = (name: string, change: (value: string) => string): Pairs =>
    good.map(([candidate, value]) => [candidate, candidate === name ? change(value) : value] as const);

  it.each([
    ['a changed payload', good, { payload: '{}' }],
    ['another key', good, { secretKey: 'x' }],
    ['another service', good, { service: 'scf' }],
    ['a changed action', changed('X-TC-Action', () => 'TerminateInstances'), {}],
    ['a changed host', changed('Host', () => 'cam.tencentcloudapi.com'), {}],
    ['a missing signed header', good.filter(([name]) => name !== 'Host'), {}],
    ['an unsigned host', good, { fields: { signedHeaders: ['content-type'] } }],
    ['another date than that of the timestamp', good, { fields: { date: '2019-02-26' } }],
    ['a changed timestamp', changed('X-TC-Timestamp', () => '1551113066'), {}],
  ])('for %s', (_what, headers, changes) => {
    expect(() => check(headers, changes)).toThrow(failure('SignatureFailure'));
  });

  it('when the clocks differ by more than five minutes', () => {
    expect(() => check(good, { now: NOW + 301_000 })).toThrow(failure('SignatureExpire'));
    expect(() => check(good, { now: NOW - 301_000 })).toThrow(failure('SignatureExpire'));
  });

  it.each([
    ['another algorithm', changed('Authorization', (value) => value.replace('SHA256', 'SHA1'))],
    ['a COS signature', changed('Authorization', () => 'q-sign-algorithm=sha1')],
    ['a cut signature', changed('Authorization', (value) => value.slice(0, -1))],
    ['one that is too long', changed('Authorization', (value) => value.replace('host', 'h'.repeat(3000)))],
    ['no timestamp', good.filter(([name]) => name !== 'X-TC-Timestamp')],
    ['a timestamp that is no number', changed('X-TC-Timestamp', () => '-1')],
  ])('when it cannot be read: %s', (_what, headers) => {
    expect(() => readTc3(headers)).toThrow(failure('InvalidAuthorization'));
  });
});
