import { createHmac } from 'node:crypto';
import { constantTimeEqual } from '../../../../shared/signing/index.ts';
import type { Access, KeyPair } from '../../types.ts';
import type { Parsed } from './call.ts';
import { failures } from './failures.ts';

const DIGEST_BYTES = 20;
/** Base64 characters of the longest key and everything around it. */
const LONGEST = 8192;

/**
 * The owner's pair of a GET or HEAD that is signed as before 2017, which COS still accepts: `?sign=` is base64 of an
 * HMAC-SHA1 and of the signed text, `a=<appid>&b=<bucket>&k=<id>&t=<from>&e=<to>&r=<any>&f=<path>`. Undefined where
 * `sign` is something else.
 */
export function oldSigner(call: Parsed, access: Access, now: number): KeyPair | undefined {
  const text = call.query.get('sign');
  if (text === undefined || text.length > LONGEST) return undefined;
  const bytes = Buffer.from(text, 'base64');
  const plain = bytes.subarray(DIGEST_BYTES).toString('utf8');
  const fields = new Map(plain.split('&').map((pair) => split(pair)));
  const [appid = '', bucket = '', secretId, end] = ['a', 'b', 'k', 'e'].map((name) => fields.get(name));
  if (secretId === undefined || end === undefined) return undefined;

  const pair = access.find(secretId);
  if (pair === undefined) throw failures.unknownKey();
  const expected = createHmac('sha1', pair.secretKey).update(plain).digest('hex');
  if (!constantTimeEqual(bytes.subarray(0, DIGEST_BYTES).toString('hex'), expected)) throw failures.accessDenied();
  const path = `/${appid}/${bucket}/${call.key}`;
  const here = call.bucket === `${bucket}-${appid}` && decoded(fields.get('f') ?? '') === path;
  const reads = call.method === 'GET' || call.method === 'HEAD';
  if (!here || !reads || !/^\d{1,11}$/.test(end) || Number(end) * 1000 < now) throw failures.accessDenied();
  return pair;
}

function split(pair: string): [string, string] {
  const equals = pair.indexOf('=');
  return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
