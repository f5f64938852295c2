import * as fc from 'fast-check';
import type { Pairs, SignableRequest } from '../../../shared/signing/index.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const reserved = fc.string({ unit: fc.constantFrom(...`a1-_.~!'()*/ +%&=;?#@:,"<>`.split('')), maxLength: 10 });
const value = fc.oneof(text, reserved, fc.constantFrom('', 'private', 'application/octet-stream', '中文 .txt'));

const HEADERS = [
  'Host',
  'Content-MD5',
  'content-type',
  'Content-Length',
  'range',
  'If-Match',
  'x-cos-acl',
  'X-Cos-Copy-Source',
  'x-cos-meta-Upper',
  'x-cos-meta-a_b',
  'x-ci-process',
];
const PARAMS = [
  'replication',
  'versionId',
  'prefix',
  'max-keys',
  'Key-Marker',
  'uploads',
  'response-cache-control',
  'imageMogr2/thumbnail/400x400',
  'a b',
  '中文',
];

function pairsOf(names: readonly string[]): fc.Arbitrary<Pairs> {
  const name = fc.constantFrom(...names);
  return fc.uniqueArray(fc.tuple(name, value), { selector: ([name]) => name.toLowerCase(), maxLength: 6 });
}

const method = fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS');

const path = fc.array(fc.oneof(text, reserved), { maxLength: 4 }).map((segments) => `/${segments.join('/')}`);

export const request: fc.Arbitrary<SignableRequest> = fc.record({
  method,
  path,
  query: pairsOf(PARAMS),
  headers: pairsOf(HEADERS),
});
