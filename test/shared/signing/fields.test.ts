import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { nodeHash as hash } from '../../../shared/cos/index.ts';
import { SignatureError, readSignature, verify } from '../../../shared/signing/index.ts';
import type { Pairs } from '../../../shared/signing/index.ts';

const parts = {
  'q-sign-algorithm': 'sha1',
  'q-ak': 'AKIDtest',
  'q-sign-time': '100;200',
  'q-key-time': '90;210',
  'q-header-list': 'host;x-cos-acl',
  'q-url-param-list': 'replication',
  'q-signature': '0123456789abcdef0123456789abcdef01234567',
};

function text(changes: Partial<Record<keyof typeof parts, string | undefined>> = {}): string {
  return Object.entries({ ...parts, ...changes })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
    .join('&');
}

function inHeader(authorization: string): ReturnType<typeof readSignature> {
  return readSignature([['Authorization', authorization]], []);
}

const expectedFields = {
  secretId: 'AKIDtest',
  signTime: { start: 100, end: 200 },
  keyTime: { start: 90, end: 210 },
  headerList: ['host', 'x-cos-acl'],
  paramList: ['replication'],
  signature: '0123456789abcdef0123456789abcdef01234567',
};

describe('reading a signature', () => {
  it('finds the fields by name, in any order, and ignores unknown ones', () => {
    const reversed = text().split('&').toReversed().join('&');
    expect(inHeader(text())).toEqual({ ...expectedFields, from: 'header' });
    expect(inHeader(` ${reversed}&x=y `)).toEqual({ ...expectedFields, from: 'header' });
  });

  it('reads it from the query, and from the legacy parameter', () => {
    const query: Pairs = [['a', 'b'], ...Object.entries(parts)];
    expect(readSignature([], query)).toEqual({ ...expectedFields, from: 'query' });
    expect(readSignature([], [['sign', text()]])).toEqual({ ...expectedFields, from: 'query' });
  });

  it('prefers the header', () => {
    const query = Object.entries({ ...parts, 'q-ak': 'AKIDother' });
    expect(readSignature([['authorization', text()]], query)).toMatchObject({ secretId: 'AKIDtest', from: 'header' });
  });

  it('takes a request without a signature for unsigned', () => {
    expect(readSignature([], [])).toBeUndefined();
    expect(readSignature([['Authorization', '']], [['sign', 'of the application']])).toBeUndefined();
  });

  it('takes encoded and raw names in a list as equal', () => {
    const lists = ['imageMogr2/thumbnail', 'imagemogr2%2fthumbnail', 'imageMogr2%2Fthumbnail'];
    for (const list of lists) {
      expect(inHeader(text({ 'q-url-param-list': list }))?.paramList).toEqual(['imagemogr2%2fthumbnail']);
    }
  });

  it('accepts empty lists', () => {
    const fields = inHeader(text({ 'q-header-list': '', 'q-url-param-list': '' }));
    expect(fields).toMatchObject({ headerList: [], paramList: [] });
  });
});

describe('a malformed signature', () => {
  const missing = Object.keys(parts).map((name) => [`without ${name}`, text({ [name]: undefined })] as const);

  it.each<readonly [string, string]>([
    ...missing,
    ['of another kind', 'Bearer abc'],
    ['with a wrong algorithm', text({ 'q-sign-algorithm': 'md5' })],
    ['with an empty secret ID', text({ 'q-ak': '' })],
    ['with an invalid secret ID', text({ 'q-ak': '../keys' })],
    ['with one time', text({ 'q-sign-time': '100' })],
    ['with a time that is not a number', text({ 'q-key-time': '1e3;2e3' })],
    ['that ends before it starts', text({ 'q-sign-time': '200;100' })],
    ['with an empty name in a list', text({ 'q-header-list': 'host;;date' })],
    ['with an empty signature', text({ 'q-signature': '' })],
    ['with a field twice', `${text()}&q-ak=AKIDother`],
    ['with too many names', text({ 'q-header-list': Array.from({ length: 201 }, (_, i) => `h${i}`).join(';') })],
    ['that is too long', text({ 'q-header-list': 'h'.repeat(8192) })],
  ])('is refused: %s', (_what, authorization) => {
    expect(() => inHeader(authorization)).toThrow(
      expect.objectContaining({ name: 'SignatureError', code: 'AccessDenied', status: 403, retryable: false }) as Error,
    );
  });

  it('is refused in the query too', () => {
    expect(() => readSignature([], [['q-ak', 'AKIDtest']])).toThrow('q-sign-algorithm is missing');
    expect(() => readSignature([], [...Object.entries(parts), ['q-ak', 'AKIDtest']])).toThrow('q-ak is given twice');
    expect(() => readSignature([], [['q-header-list', 'h'.repeat(9000)]])).toThrow('it is too long');
    expect(() => readSignature([], [['sign', 'q-ak=AKIDtest']])).toThrow('q-sign-algorithm is missing');
  });

  it('is refused with two Authorization headers', () => {
    const twice: Pairs = [
      ['Authorization', text()],
      ['authorization', text()],
    ];
    expect(() => readSignature(twice, [])).toThrow('more than one Authorization header');
  });

  it('is never quoted in the message', () => {
    const secretish = 'c0ffee';
    for (const name of Object.keys(parts).filter((name) => name !== 'q-signature')) {
      const wrong = name === 'q-header-list' || name === 'q-url-param-list' ? `${secretish};;` : `/${secretish}`;
      expect(() => inHeader(text({ [name]: wrong }))).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining(secretish) as string }) as Error,
      );
    }
  });
});

describe('SignatureError', () => {
  const request = { method: 'GET', path: '/k', query: [], headers: [['host', 'h']] as Pairs };

  function mismatch(): SignatureError {
    try {
      const fields = inHeader(text({ 'q-header-list': 'host', 'q-url-param-list': '' }));
      if (fields === undefined) throw new Error('not signed');
      verify(request, fields, { secretKey: 'the-secret', hash, now: 150_000 });
    } catch (error) {
      if (error instanceof SignatureError) return error;
      throw error;
    }
    throw new Error('it verified');
  }

  it('has the computed text, for the answer', () => {
    const error = mismatch();
    expect(error.formatString).toBe('get\n/k\n\nhost=h\n');
    expect(error.stringToSign).toBe(`sha1\n100;200\n${hash.sha1('get\n/k\n\nhost=h\n')}\n`);
  });

  it('shows neither that nor the key to a logger', () => {
    const error = mismatch();
    const seen = `${JSON.stringify(error)}${inspect(error, { depth: 9, showHidden: true })}`;
    expect(seen).not.toMatch(/host=h|100;200|the-secret/);
  });
});
