import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

import { ServiceError } from '../errors/index.ts';
import { samePlace } from '../cos/index.ts';
import type { Place } from '../cos/index.ts';
import { invalid } from './refusal.ts';
import { isRuleSet } from './shape.ts';
import type { RuleSet } from './types.ts';

/** Bytes from which the state object is compressed: 1,000 long rules would be slow to read at every cold start. */
const COMPRESS_FROM = 64 * 1024;
/** Bytes of a state object: what the COS client reads in one piece. */
const LARGEST_OBJECT = 1024 * 1024;
/** Bytes of a state object after unpacking; the 4 MB of a document are in it twice, once parsed. */
const LARGEST = 16 * 1024 * 1024;
/** The window spans both copies of a text, so the second costs next to nothing. */
const BROTLI = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS },
};
const OPENING_BRACE = 0x7b;

/**
 * The bytes of the state object: JSON, compressed when it is large. Throws `ServiceError` `XMLSizeLimit` (400) for the
 * rare document that is too large even so: thousands of tags without any likeness.
 */
export function writeRuleSet(value: RuleSet): Uint8Array {
  const json = Buffer.from(JSON.stringify(value));
  if (json.length < COMPRESS_FROM) return json;
  const packed = brotliCompressSync(json, BROTLI);
  if (packed.length <= LARGEST_OBJECT) return packed;
  throw invalid('XMLSizeLimit', `The rules take ${packed.length} bytes to store; the most is ${LARGEST_OBJECT}.`);
}

/** Throws `ServiceError` `InvalidState`: a rule that cannot be read must stop the work, not be taken for no rule. */
export function readRuleSet(body: Uint8Array, source: Place): RuleSet {
  const value = readJson(body, source);
  if (!isRuleSet(value)) throw damaged(source, new Error('it has another shape'));
  if (!samePlace(value.source, source)) throw damaged(source, new Error('it is of another bucket'));
  return value;
}

function readJson(body: Uint8Array, source: Place): unknown {
  try {
    const plain = body[0] === OPENING_BRACE;
    return JSON.parse(
      Buffer.from(plain ? body : brotliDecompressSync(body, { maxOutputLength: LARGEST })).toString('utf8'),
    );
  } catch (cause) {
    throw damaged(source, cause);
  }
}

function damaged(source: Place, cause: unknown): ServiceError {
  return new ServiceError(`The stored rules of ${source.bucket} cannot be read.`, {
    code: 'InvalidState',
    side: 'state',
    cause,
  });
}
