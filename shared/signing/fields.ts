import { canonicalName } from './encode.ts';
import { accessDenied } from './error.ts';
import type { Pairs, SignatureFields, TimeRange } from './types.ts';

/** Most characters of an `Authorization` value. A value that lists all COS headers has fewer than 2,000. */
const MAX_AUTHORIZATION_LENGTH = 8192;
/** Most names in either list. */
const MAX_LISTED_NAMES = 200;

const FIELD_NAMES = new Set([
  'q-sign-algorithm',
  'q-ak',
  'q-sign-time',
  'q-key-time',
  'q-header-list',
  'q-url-param-list',
  'q-signature',
]);
const TIME_RANGE = /^(\d{1,11});(\d{1,11})$/;
const SECRET_ID = /^[\w-]{1,128}$/;
const ENCODED_NAME = /^(?:[\w.~-]|%[\da-f]{2})+$/i;
const LEGACY_SIGN = /(?:^|&)q-[a-z-]+=/;

/**
 * Reads the signature of a request from its `Authorization` header, its `q-…` parameters, or the legacy `?sign=`
 * parameter; the header wins. Undefined: the request is not signed.
 *
 * Throws `SignatureError` (`AccessDenied`) when there is a signature that cannot be read.
 */
export function readSignature(headers: Pairs, query: Pairs): SignatureFields | undefined {
  let authorization: string | undefined;
  for (const value of valuesOf(headers, 'authorization')) {
    if (value.trim() === '') continue;
    if (authorization !== undefined) throw malformed('more than one Authorization header');
    authorization = value.trim();
  }
  if (authorization !== undefined) return fromText(authorization, 'header');

  const inQuery = query.filter(([name]) => FIELD_NAMES.has(name));
  if (inQuery.length > 0) {
    const length = inQuery.reduce((sum, [name, value]) => sum + name.length + value.length + 2, 0);
    if (length > MAX_AUTHORIZATION_LENGTH) throw malformed('it is too long');
    return fromPairs(inQuery, 'query');
  }

  // An application may have a parameter `sign` of its own, so only a value in the form of a signature counts.
  const legacy = query.find(([name, value]) => name === 'sign' && LEGACY_SIGN.test(value));
  return legacy === undefined ? undefined : fromText(legacy[1], 'query');
}

/** The session token of temporary credentials, from the header or the parameter, whether signed or not. */
export function readToken(headers: Pairs, query: Pairs): string | undefined {
  return valuesOf(headers, 'x-cos-security-token')[0] ?? query.find(([name]) => name === 'x-cos-security-token')?.[1];
}

function valuesOf(pairs: Pairs, name: string): string[] {
  const values: string[] = [];
  for (const [candidate, value] of pairs) {
    if (candidate.length === name.length && candidate.toLowerCase() === name) values.push(value);
  }
  return values;
}

function fromText(text: string, from: SignatureFields['from']): SignatureFields {
  if (text.length > MAX_AUTHORIZATION_LENGTH) throw malformed('it is too long');
  const pairs: [string, string][] = [];
  for (const field of text.split('&')) {
    const equals = field.indexOf('=');
    if (equals < 0) throw malformed('a field has no value');
    pairs.push([field.slice(0, equals), field.slice(equals + 1)]);
  }
  return fromPairs(pairs, from);
}

/** The messages name fields but never quote them: a message may be logged. */
function fromPairs(pairs: Pairs, from: SignatureFields['from']): SignatureFields {
  const fields = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (!FIELD_NAMES.has(name)) continue;
    if (fields.has(name)) throw malformed(`${name} is given twice`);
    fields.set(name, value);
  }
  const field = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined) throw malformed(`${name} is missing`);
    return value;
  };

  if (field('q-sign-algorithm') !== 'sha1') throw malformed('q-sign-algorithm is not sha1');
  const secretId = field('q-ak');
  if (!SECRET_ID.test(secretId)) throw malformed('q-ak is not a secret ID');
  const signature = field('q-signature');
  if (signature === '') throw malformed('q-signature is empty');
  return {
    secretId,
    signTime: timeRange('q-sign-time', field('q-sign-time')),
    keyTime: timeRange('q-key-time', field('q-key-time')),
    headerList: nameList('q-header-list', field('q-header-list')),
    paramList: nameList('q-url-param-list', field('q-url-param-list')),
    signature,
    from,
  };
}

function timeRange(name: string, text: string): TimeRange {
  const match = TIME_RANGE.exec(text);
  const start = Number(match?.[1]);
  const end = Number(match?.[2]);
  if (match === null || start > end) throw malformed(`${name} is not a time range`);
  return { start, end };
}

// The names of a list are percent-encoded. A URL whose signature parameters were not encoded (the Node SDK's
// synchronous getObjectUrl) loses that layer when the query string is decoded, so a plain name is encoded again here.
function nameList(name: string, text: string): string[] {
  if (text === '') return [];
  const names = text.split(';');
  if (names.length > MAX_LISTED_NAMES) throw malformed(`${name} has too many names`);
  return names.map((entry) => {
    if (entry === '') throw malformed(`${name} has an empty name`);
    return ENCODED_NAME.test(entry) ? entry.toLowerCase() : canonicalName(entry);
  });
}

// COS does not document whether it answers 403 or 400. Its documents use 403 AccessDenied for a refused request.
function malformed(reason: string): Error {
  return accessDenied(`The signature is malformed: ${reason}.`);
}
