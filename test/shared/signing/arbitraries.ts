import * as fc from 'fast-check';
import { CHARACTER } from '../../characters.ts';
import type { Pairs, SignableRequest } from '../../../shared/signing/index.ts';
import { HEADERS, METHODS, PARAMS } from './names.ts';

const text = fc.string({ unit: CHARACTER, maxLength: 12 });
const reserved = fc.string({ unit: fc.constantFrom(...`a1-_.~!'()*/ +%&=;?#@:,"<>`.split('')), maxLength: 10 });
const value = fc.oneof(text, reserved, fc.constantFrom('', 'private', 'application/octet-stream', '中文 .txt'));

function pairsOf(names: readonly string[]): fc.Arbitrary<Pairs> {
  const name = fc.constantFrom(...names);
  return fc.uniqueArray(fc.tuple(name, value), { selector: ([name]) => name.toLowerCase(), maxLength: 6 });
}

const method = fc.constantFrom(...METHODS);

const path = fc.array(fc.oneof(text, reserved), { maxLength: 4 }).map((segments) => `/${segments.join('/')}`);

export const request: fc.Arbitrary<SignableRequest> = fc.record({
  method,
  path,
  query: pairsOf(PARAMS),
  headers: pairsOf([...HEADERS, 'x-ci-process']),
});
