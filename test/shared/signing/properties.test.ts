import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeHash as hash } from '../../../shared/cos/index.ts';
import {
  SignatureError,
  encode,
  presign,
  readSignature,
  sign,
  splitTarget,
  verify,
} from '../../../shared/signing/index.ts';
import type { Pairs, SignableRequest } from '../../../shared/signing/index.ts';
import { request as anyRequest } from './arbitraries.ts';

const credentials = { secretId: 'AKIDtest', secretKey: 'secret' };
const time = { start: 1_700_000_000, end: 1_700_000_900 };
const options = { credentials, time, hash };

function target(path: string, query: Pairs): string {
  const parameters = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  return `${path.split('/').map(encode).join('/')}?${parameters}`;
}

/** The code of the error that an action threw; undefined when it succeeded. */
function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error instanceof SignatureError ? error.code : String(error);
  }
}

function refusal(request: SignableRequest, secretKey = credentials.secretKey): string | undefined {
  const fields = readSignature(request.headers, request.query);
  if (fields === undefined) throw new Error('not signed');
  return codeOf(() => {
    verify(request, fields, { secretKey, hash, now: time.start * 1000 });
  });
}

function signedInHeader(request: SignableRequest): SignableRequest {
  return { ...request, headers: [...request.headers, ['Authorization', sign(request, options)]] };
}

describe('a signed request', () => {
  it('verifies after the transport, in header and query form, with any additions and in any order', () => {
    fc.assert(
      fc.property(anyRequest, fc.boolean(), (request, inQuery) => {
        const query = inQuery ? [...presign(request, options), ...request.query] : request.query;
        const headers: Pairs = inQuery ? request.headers : signedInHeader(request).headers;
        const received = {
          method: request.method,
          ...splitTarget(target(request.path, [...query, ['added', 'x']])),
          headers: [['Via', 'x'] as const, ...headers.toReversed()],
        };
        expect(refusal(received)).toBeUndefined();
        expect(refusal(received, 'another secret')).toBe('SignatureDoesNotMatch');
      }),
      { numRuns: 500 },
    );
  });

  it('does not verify once any signed part is changed', () => {
    const change = fc.constantFrom('method', 'path', 'query', 'headers');
    fc.assert(
      fc.property(anyRequest, change, fc.nat(), (request, part, index) => {
        const changed = { ...signedInHeader(request) };
        if (part === 'method') changed.method += 'x';
        if (part === 'path') changed.path += 'x';
        if (part === 'query' || part === 'headers') {
          fc.pre(request[part].length > 0);
          const at = index % request[part].length;
          changed[part] = changed[part].map((pair, i) => (i === at ? [pair[0], `${pair[1]}x`] : pair));
        }
        expect(refusal(changed)).toBe('SignatureDoesNotMatch');
      }),
      { numRuns: 500 },
    );
  });

  it('does not depend on the order or the case of names', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const shuffled = {
          ...request,
          headers: request.headers.toReversed().map(([name, value]) => [name.toUpperCase(), value] as const),
          query: request.query.toReversed(),
        };
        expect(sign(shuffled, options)).toBe(sign(request, options));
      }),
    );
  });
});

describe('any Authorization value', () => {
  it('is read or refused, and does no harm', () => {
    const field = fc.constantFrom('q-ak', 'q-sign-time', 'q-header-list', 'q-signature', 'sign', '');
    const pieces = fc.array(fc.tuple(field, fc.string({ maxLength: 20 })), { maxLength: 9 });
    fc.assert(
      fc.property(pieces, fc.string(), (fields, noise) => {
        const text = fields.map(([name, value]) => `${name}=${value}`).join('&') + noise;
        expect([undefined, 'AccessDenied']).toContain(codeOf(() => readSignature([['Authorization', text]], [])));
        expect([undefined, 'AccessDenied']).toContain(codeOf(() => readSignature([], [['sign', text], ...fields])));
      }),
    );
  });
});
