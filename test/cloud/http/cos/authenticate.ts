import { hash } from 'node:crypto';
import { nodeHash } from '../../../../shared/cos/index.ts';
import {
  constantTimeEqual,
  readSignature,
  readToken,
  requestCandidates,
  verifyAny,
} from '../../../../shared/signing/index.ts';
import type { Hash, Pairs, SignableRequest, SignatureFields } from '../../../../shared/signing/index.ts';
import type { Access, KeyPair, Principal } from '../../types.ts';
import type { Parsed } from './call.ts';
import { failures } from './failures.ts';
import { hmacSha1 } from './hmac.ts';
import { oldSigner } from './old-signature.ts';

/** The sender of the request; undefined: it is unsigned. Throws `CosFailure` or `SignatureError` as COS refuses. */
export function authenticate(call: Parsed, access: Access, now: number): Principal | undefined {
  const headers: Pairs = call.request.headers;
  const fields = readSignature(headers, call.query.pairs);
  const pair = fields === undefined ? oldSigner(call, access, now) : access.find(fields.secretId);
  if (pair === undefined) {
    if (fields === undefined) return undefined;
    throw failures.unknownKey();
  }
  if (fields !== undefined) {
    verifyAny(spellings(call, fields), fields, { secretKey: pair.secretKey, hash: HASH, now });
  }
  checkToken(pair, readToken(headers, call.query.pairs), now);
  return pair.principal;
}

/** Time ranges are few: a client signs with one of them for minutes, and each needs the same key again. */
const MOST_KEYS = 1000;
const signKeys = new Map<string, string>();
const HASH: Hash = {
  ...nodeHash,
  sha1: (text) => hash('sha1', text),
  hmacSha1: (key, text) => (text.includes('\n') ? hmacSha1(key, text) : signKeyOf(key, text)),
};

function signKeyOf(secretKey: string, range: string): string {
  const name = `${secretKey} ${range}`;
  let key = signKeys.get(name);
  if (key === undefined) {
    if (signKeys.size >= MOST_KEYS) signKeys.clear();
    signKeys.set(name, (key = nodeHash.hmacSha1(secretKey, range)));
  }
  return key;
}

/** The requests that the client may have signed: host with and without port, header values as UTF-8 or as bytes. */
function* spellings(call: Parsed, fields: SignatureFields): Iterable<SignableRequest> {
  const wire: SignableRequest = {
    method: call.method,
    path: call.path,
    query: call.query.pairs,
    headers: call.request.headers,
  };
  const plain = wire.headers.every(([, value]) => ASCII.test(value));
  // The client has nearly always signed the request in its wire form.
  if (plain && !(fields.headerList.includes('content-length') && call.headers.get('content-length') === undefined)) {
    yield wire;
  }
  const hosts = [call.request.host];
  if (plain) {
    yield* requestCandidates(wire, fields, { hosts });
    return;
  }
  const asText = { ...wire, headers: wire.headers.map(([name, value]) => [name, utf8(value)] as const) };
  const candidates = requestCandidates(asText, fields, { hosts });
  const varies = asText.headers.some(([, value], i) => value !== wire.headers[i]?.[1]);
  yield* candidates;
  if (varies) yield* requestCandidates(wire, fields, { hosts });
}

// eslint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/;

/** Node returns header values as one character per byte; a client that sends UTF-8 has signed the text. */
function utf8(value: string): string {
  if (ASCII.test(value)) return value;
  const text = Buffer.from(value, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? value : text;
}

/** COS's answer to a missing or wrong token is not documented. This is its answer to a wrong pair. */
export function checkToken(pair: KeyPair, token: string | undefined, now: number): void {
  if (pair.token === undefined) return;
  if (token === undefined || !constantTimeEqual(token, pair.token)) throw failures.unknownKey();
  if (pair.expires !== undefined && pair.expires <= now) throw failures.expiredToken();
}
