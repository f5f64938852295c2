import { canonicalName, encode } from './encode.ts';
import type { Hash, Pairs, SignableRequest, TimeRange } from './types.ts';

/** Headers or parameters in the form that is hashed. */
interface CanonicalPairs {
  /** Sorted names, encoded and lower-cased; a repeated name is repeated, as the Go SDK does. */
  readonly names: readonly string[];
  /** `name=value&name=value` */
  readonly text: string;
}

interface Entry {
  readonly name: string;
  readonly value: string;
}

// By code unit, never by locale. Values of a repeated name are sorted before encoding, as in the Go SDK.
function compare(a: Entry, b: Entry): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  if (a.value === b.value) return 0;
  return a.value < b.value ? -1 : 1;
}

function canonical(entries: Entry[]): CanonicalPairs {
  if (entries.length > 1) entries.sort(compare);
  const names: string[] = [];
  let text = '';
  for (const { name, value } of entries) {
    names.push(name);
    text += `${text === '' ? '' : '&'}${name}=${encode(value)}`;
  }
  return { names, text };
}

const NONE: CanonicalPairs = { names: [], text: '' };

/** All pairs, for signing. */
export function canonicalPairs(pairs: Pairs): CanonicalPairs {
  return canonical(pairs.map(([name, value]) => ({ name: canonicalName(name), value })));
}

/**
 * The pairs whose names are listed, for verifying. Every value of a listed name is included, so that nobody can add a
 * second value beside the signed one.
 */
export function listedPairs(pairs: Pairs, list: readonly string[]): CanonicalPairs {
  if (list.length === 0) return NONE;
  const listed = new Set(list);
  const entries: Entry[] = [];
  for (const [rawName, value] of pairs) {
    const name = canonicalName(rawName);
    if (listed.has(name)) entries.push({ name, value });
  }
  return canonical(entries);
}

/** The text of a request that is hashed. `headers` and `query` must hold exactly the signed ones. */
export function formatString(request: SignableRequest): string {
  return joinFormat(request, canonicalPairs(request.query).text, canonicalPairs(request.headers).text);
}

export function joinFormat(request: Pick<SignableRequest, 'method' | 'path'>, query: string, headers: string): string {
  return `${request.method.toLowerCase()}\n${request.path}\n${query}\n${headers}\n`;
}

/** The text that the SignKey signs. `signTime` is `q-sign-time`. */
export function stringToSign(format: string, signTime: TimeRange, hash: Pick<Hash, 'sha1'>): string {
  return `sha1\n${timeText(signTime)}\n${hash.sha1(format)}\n`;
}

/** The key that signs within `keyTime` (`q-key-time`); lower-case hex, used as text. */
export function signKey(secretKey: string, keyTime: TimeRange, hash: Pick<Hash, 'hmacSha1'>): string {
  return hash.hmacSha1(secretKey, timeText(keyTime));
}

export function timeText(range: TimeRange): string {
  return `${range.start};${range.end}`;
}
