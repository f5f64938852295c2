import { describe, expect, it } from 'vitest';
import { nodeHash as hash } from '../../../shared/cos/index.ts';
import {
  formatString,
  presign,
  readSignature,
  readToken,
  sign,
  signKey,
  splitTarget,
  stringToSign,
  verify,
} from '../../../shared/signing/index.ts';
import type { Pairs, SignableRequest, SignatureFields } from '../../../shared/signing/index.ts';
import { rangeOf, requestOf, vector, vectorFile } from './fixtures.ts';

const HOST_OF_OTHER_BUCKET = 'other-1250000000.cos.ap-guangzhou.myqcloud.com';
const ordinary = vectorFile.vectors.filter(({ expect }) => expect['authorization'] !== undefined);
const get = vector('get-replication');
const DURING = rangeOf(get.input.keyTime).start * 1000 + 1000;

function fieldsOf(headers: Pairs, query: Pairs = []): SignatureFields {
  const fields = readSignature(headers, query);
  if (fields === undefined) throw new Error('not signed');
  return fields;
}

function verifyVector(request: SignableRequest, now = DURING, authorization = get.expect['authorization'] ?? ''): void {
  verify(request, fieldsOf([['Authorization', authorization]]), { secretKey: get.input.secretKey, hash, now });
}

describe('signature vectors', () => {
  it('are complete', () => {
    expect(vectorFile.vectors.map(({ id }) => id)).toHaveLength(17);
    expect(ordinary).toHaveLength(15);
  });

  it.each(ordinary.map((entry) => [entry.id, entry] as const))('give the signature of %s', (_id, entry) => {
    const { input, expect: expected } = entry;
    const request = requestOf(entry);
    const time = rangeOf(input.keyTime);
    const format = formatString(request);
    expect(request.path).toBe(input.decodedPath);
    expect(Object.fromEntries(request.query)).toEqual(input.params);
    expect(signKey(input.secretKey, time, hash)).toBe(expected['signKey']);
    expect(format).toBe(expected['formatString']);
    expect(stringToSign(format, time, hash)).toBe(expected['stringToSign']);
    const credentials = { secretId: input.secretId, secretKey: input.secretKey };
    expect(sign(request, { credentials, time, hash })).toBe(expected['authorization']);
  });

  it.each(ordinary.map((entry) => [entry.id, entry] as const))('verify: %s', (_id, entry) => {
    const { input, expect: expected } = entry;
    const fields = fieldsOf([['authorization', expected['authorization'] ?? '']]);
    expect(fields.secretId).toBe(input.secretId);
    expect(fields.headerList.join(';')).toBe(expected['headerList']);
    expect(fields.paramList.join(';')).toBe(expected['urlParamList']);
    const request = requestOf(entry);
    const onTheWire = { ...request, headers: [...request.headers, ['User-Agent', 'x']] as Pairs };
    verify(onTheWire, fields, { secretKey: input.secretKey, hash, now: rangeOf(input.keyTime).end * 1000 });
  });

  it('treat ?replication and ?replication= as equal', () => {
    expect(splitTarget('/?replication')).toEqual(splitTarget('/?replication='));
    verifyVector(requestOf(get, '/?replication='));
  });

  it('include a token that is sent but not signed', () => {
    const token = 'testToken+/=';
    expect(readToken([['X-Cos-Security-Token', token]], [])).toBe(token);
  });
});

describe('presigned URLs', () => {
  const entry = vector('presigned-url');

  it.each(['urlEncodedForm', 'urlRawForm', 'urlLegacySignForm', 'urlWithToken'])('verify: %s', (form) => {
    const url = entry.expect[form] ?? '';
    const { path, query } = splitTarget(url.slice(url.indexOf('/', 'http://'.length)));
    const fields = fieldsOf([], query);
    expect(path).toBe(entry.input.decodedPath);
    expect(fields).toMatchObject({ from: 'query', paramList: ['versionid'], headerList: ['host'] });
    const request = { method: 'GET', path, query, headers: Object.entries(entry.input.signedHeaders) };
    verify(request, fields, { secretKey: entry.input.secretKey, hash, now: DURING });
    expect(readToken([], query)).toBe(form === 'urlWithToken' ? 'testToken+/=' : undefined);
  });

  it('are made', () => {
    const { secretId, secretKey } = entry.input;
    const request = requestOf(entry, '/logs/a%20b.txt?versionId=MTg0NDUxMzY0ODk4NzYzNTE4Nzk');
    const credentials = { secretId, secretKey, token: 'testToken+/=' };
    const pairs = presign(request, { credentials, time: rangeOf(entry.input.keyTime), hash });
    const query = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
    expect(entry.expect['urlWithToken']).toContain(query);
  });

  it('post-object-policy: the SignKey signs the digest of a form policy', () => {
    const { input, expect: expected } = vector('post-object-policy');
    const key = signKey(input.secretKey, rangeOf(input.keyTime), hash);
    expect(hash.hmacSha1(key, hash.sha1(input.policy ?? ''))).toBe(expected.signature);
  });
});

describe('negative cases', () => {
  const { start, end } = rangeOf(get.input.keyTime);
  const mismatch = { code: 'SignatureDoesNotMatch', status: 403, message: 'The Signature you specified is invalid.' };
  const expired = { code: 'AccessDenied', status: 403, message: 'Request has expired' };
  const whole = get.expect['authorization'] ?? '';
  const request = requestOf(get);

  const cases: Record<string, () => void> = {
    'tampered-path': () => expect(() => verifyVector({ ...request, path: '/x' })).toThrow(objectOf(mismatch)),
    'tampered-signed-host': () =>
      expect(() => verifyVector({ ...request, headers: [['Host', HOST_OF_OTHER_BUCKET]] })).toThrow(objectOf(mismatch)),
    'extra-unsigned-param': () => expect(() => verifyVector(requestOf(get, '/?replication&foo=1'))).not.toThrow(),
    'listed-param-missing': () => expect(() => verifyVector(requestOf(get, '/'))).toThrow(objectOf(mismatch)),
    expired: () => {
      expect(() => verifyVector(request, end * 1000 + 999)).not.toThrow();
      expect(() => verifyVector(request, (end + 1) * 1000)).toThrow(objectOf(expired));
    },
    'not-yet-valid': () => {
      const tooSkewed = { code: 'RequestTimeTooSkewed', status: 403 };
      expect(() => verifyVector(request, start * 1000)).not.toThrow();
      expect(() => verifyVector(request, start * 1000 - 1)).toThrow(objectOf(expired));
      expect(() => verifyVector(request, (start - 900) * 1000)).toThrow(objectOf(expired));
      expect(() => verifyVector(request, (start - 901) * 1000)).toThrow(objectOf(tooSkewed));
    },
    'unknown-ak': () => {
      // The owner of a secret ID is the caller's business; another ID with the right key changes nothing here.
      const other = whole.replace(get.input.secretId, 'AKIDunknown');
      expect(fieldsOf([['Authorization', other]]).secretId).toBe('AKIDunknown');
    },
    malformed: () => {
      const denied = { code: 'AccessDenied', status: 403 };
      for (const broken of [
        whole.replace(/&q-signature=.*/, ''),
        whole.replace('algorithm=sha1', 'algorithm=sha256'),
      ]) {
        expect(() => fieldsOf([['Authorization', broken]])).toThrow(objectOf(denied));
      }
    },
    'expired-token': () => {
      // The signature is right. Only the caller knows whether a token is still valid, so it must see the token.
      const headers: Pairs = [...request.headers, ['x-cos-security-token', 'old']];
      verifyVector({ ...request, headers });
      expect(readToken(headers, [])).toBe('old');
    },
  };

  it.each(vectorFile.negativeCases.map(({ id }) => id))('%s', (id) => {
    const check = cases[id];
    expect(check).toBeTypeOf('function');
    check?.();
  });
});

function objectOf(expected: object): Error {
  return expect.objectContaining(expected) as Error;
}
