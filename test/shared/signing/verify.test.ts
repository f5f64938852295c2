import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../shared/cos/index.ts';
import {
  constantTimeEqual,
  createSigner,
  formatString,
  hostCandidates,
  readSignature,
  requestCandidates,
  sign,
  signKey,
  stringToSign,
  verify,
  verifyAny,
} from '../../../shared/signing/index.ts';
import type { Hash, Pairs, SignableRequest, SignatureFields } from '../../../shared/signing/index.ts';

const credentials = { secretId: 'AKIDtest', secretKey: 'secret' };
const time = { start: 1_700_000_000, end: 1_700_000_060 };
const now = time.start * 1000;
const request: SignableRequest = {
  method: 'PUT',
  path: '/a b',
  query: [['replication', '']],
  headers: [
    ['Host', 'source-1250000000.example.com:8080'],
    ['Content-Length', '0'],
  ],
};
const mismatch = 'The Signature you specified is invalid.';

function fieldsFor(signedRequest: SignableRequest): SignatureFields {
  const fields = readSignature([['Authorization', sign(signedRequest, { credentials, time, hash: nodeHash })]], []);
  if (fields === undefined) throw new Error('not signed');
  return fields;
}

function check(received: SignableRequest, fields: SignatureFields, at = now): void {
  verify(received, fields, { secretKey: credentials.secretKey, hash: nodeHash, now: at });
}

describe('verify', () => {
  it('takes the SignKey from q-key-time and the text from q-sign-time', () => {
    const keyTime = { start: time.start - 3600, end: time.end + 3600 };
    const text = stringToSign(formatString(request), time, nodeHash);
    const signature = nodeHash.hmacSha1(signKey(credentials.secretKey, keyTime, nodeHash), text);
    const fields = { ...fieldsFor(request), keyTime, signature };
    check(request, fields);
    expect(() => check(request, fields, (time.end + 1) * 1000)).toThrow('Request has expired');
  });

  it('refuses when the key time alone has run out', () => {
    const keyTime = { start: time.start, end: time.start + 1 };
    expect(() => check(request, { ...fieldsFor(request), keyTime }, now + 2000)).toThrow('Request has expired');
  });

  it('accepts a start in the future up to the tolerance', () => {
    const options = { secretKey: credentials.secretKey, hash: nodeHash, tolerance: 30 };
    verify(request, fieldsFor(request), { ...options, now: now - 30_000 });
    expect(() => verify(request, fieldsFor(request), { ...options, now: now - 31_000 })).toThrow('Request has expired');
  });

  it('refuses a second value beside a signed one', () => {
    const fields = fieldsFor(request);
    expect(() => check({ ...request, query: [...request.query, ['Replication', 'x']] }, fields)).toThrow(mismatch);
    expect(() => check({ ...request, headers: [...request.headers, ['host', 'evil']] }, fields)).toThrow(mismatch);
  });

  it('refuses a listed name that the request lacks, whatever was hashed', () => {
    const bare = { ...request, query: [] };
    const fields = fieldsFor(bare);
    check(bare, fields);
    expect(() => check(bare, { ...fields, paramList: ['replication'] })).toThrow(mismatch);
  });

  it('verifies repeated names in any order of the request', () => {
    const repeated: Pairs = [
      ['x-cos-grant-read', 'id="2"'],
      ['x-cos-grant-read', 'id="1"'],
    ];
    const authorization = sign({ ...request, headers: repeated }, { credentials, time, hash: nodeHash });
    expect(authorization).toContain('q-header-list=x-cos-grant-read;x-cos-grant-read&');
    const fields = fieldsFor({ ...request, headers: repeated });
    check({ ...request, headers: repeated.toReversed() }, fields);
  });

  it('ignores headers that are not listed', () => {
    const fields = fieldsFor({ ...request, headers: [], query: [] });
    expect(() => check({ ...request, query: [['other', 'x']] }, fields)).not.toThrow();
  });
});

describe('verifyAny', () => {
  const options = { secretKey: credentials.secretKey, hash: nodeHash, now };

  it('returns the request that verified', () => {
    const other = { ...request, path: '/other' };
    expect(verifyAny([other, request], fieldsFor(request), options)).toBe(request);
  });

  it('returns the texts of the first one when none did', () => {
    const first = { ...request, path: '/first' };
    const attempt = (): unknown => verifyAny([first, { ...request, path: '/second' }], fieldsFor(request), options);
    expect(attempt).toThrow(expect.objectContaining({ formatString: formatString(first) }) as Error);
  });

  it('derives the SignKey once for all of them', () => {
    let calls = 0;
    const counting: Hash = { ...nodeHash, hmacSha1: (key, text) => ((calls += 1), nodeHash.hmacSha1(key, text)) };
    const others = ['/1', '/2', '/3'].map((path) => ({ ...request, path }));
    verifyAny([...others, request], fieldsFor(request), { ...options, hash: counting });
    expect(calls).toBe(1 + 4);
  });

  it('refuses an empty list of requests', () => {
    expect(() => verifyAny([], fieldsFor(request), options)).toThrow(TypeError);
  });
});

describe('candidates', () => {
  it.each([
    ['a.example.com', ['a.example.com']],
    ['a.example.com:8080', ['a.example.com:8080', 'a.example.com']],
    ['[::1]:80', ['[::1]:80', '[::1]']],
    ['[::1]', ['[::1]']],
    ['', ['']],
  ])('of host %s', (host, expected) => {
    expect(hostCandidates(host)).toEqual(expected);
  });

  it('begin with the request of the wire', () => {
    const candidates = requestCandidates(request, fieldsFor(request), { hosts: ['b.example.com:1'], paths: ['/b'] });
    const seen = candidates.map(({ path, headers }) => `${path} ${headers[0]?.[1] ?? ''}`);
    const hosts = [
      'source-1250000000.example.com:8080',
      'source-1250000000.example.com',
      'b.example.com:1',
      'b.example.com',
    ];
    expect(seen).toEqual([...hosts.map((host) => `/a b ${host}`), ...hosts.map((host) => `/b ${host}`)]);
    expect(candidates[0]).toEqual(request);
  });

  it('vary the host only where it is signed', () => {
    const fields = fieldsFor({ ...request, headers: [] });
    expect(requestCandidates(request, fields, { hosts: ['b.example.com'] })).toEqual([request]);
  });

  it('restore a signed Content-Length that was dropped', () => {
    const dropped = { ...request, headers: request.headers.slice(0, 1) };
    expect(() => check(dropped, fieldsFor(request))).toThrow(mismatch);
    const options = { secretKey: credentials.secretKey, hash: nodeHash, now };
    const found = verifyAny(requestCandidates(dropped, fieldsFor(request)), fieldsFor(request), options);
    expect(found.headers).toContainEqual(['content-length', '0']);
  });

  it('never replace an existing Content-Length', () => {
    const other = { ...request, headers: [['Host', 'h'] as const, ['Content-Length', '5'] as const] };
    const lengths = requestCandidates(other, fieldsFor(request), { bodyLength: 9 }).flatMap(({ headers }) => headers);
    expect(lengths).toContainEqual(['Content-Length', '5']);
    expect(lengths).not.toContainEqual(['content-length', '9']);
  });
});

describe('createSigner', () => {
  it('signs as sign does, with the SignKey kept for its second', () => {
    let clock = now;
    let hmacs = 0;
    let current = credentials;
    const hash: Hash = { ...nodeHash, hmacSha1: (key, text) => ((hmacs += 1), nodeHash.hmacSha1(key, text)) };
    const signer = createSigner({ credentials: () => current, hash, now: () => clock, lifetime: 60, backdate: 10 });
    const expected = (start: number): string =>
      sign(request, { credentials: current, time: { start: start - 10, end: start + 60 }, hash: nodeHash });

    expect([signer(request), signer(request)]).toEqual([expected(time.start), expected(time.start)]);
    expect(hmacs).toBe(3);
    clock += 1000;
    expect(signer(request)).toBe(expected(time.start + 1));
    expect(hmacs).toBe(5);
    current = { secretId: 'AKIDother', secretKey: 'rotated' };
    expect(signer(request)).toBe(expected(time.start + 1));
    expect(hmacs).toBe(7);
  });
});

describe('constantTimeEqual', () => {
  it.each([
    ['', '', true],
    ['abc', 'abc', true],
    ['abc', 'abd', false],
    ['abc', 'ab', false],
    ['ab', 'abc', false],
    ['\u0000', '', false],
    ['', 'a', false],
  ])('%j %j', (a, b, equal) => {
    expect(constantTimeEqual(a, b)).toBe(equal);
  });
});
