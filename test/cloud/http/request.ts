/** The target of a request line, split without normalising anything: `..`, `//` and `%2F` stay as they came. */
export interface Target {
  readonly host: string;
  readonly rawPath: string;
  readonly rawQuery: string;
}

const ABSOLUTE = /^https?:\/\/(?:[^/?#@]*@)?([^/?#]*)([^#]*)/i;

/**
 * Origin form takes its host from the Host header; absolute form, as sent to a proxy, has its own, which then wins (RFC
 * 9112, 3.2.2). `URL` is not used because it would resolve dots and re-encode, and the signature covers the bytes that
 * were sent.
 */
export function splitTarget(requestTarget: string, hostHeader: string): Target {
  const absolute = ABSOLUTE.exec(requestTarget);
  const host = absolute ? (absolute[1] ?? '') : hostHeader;
  const rest = absolute ? (absolute[2] ?? '') : (requestTarget.split('#', 1)[0] ?? '');
  const question = rest.indexOf('?');
  const path = question < 0 ? rest : rest.slice(0, question);
  return { host, rawPath: path === '' ? '/' : path, rawQuery: question < 0 ? '' : rest.slice(question + 1) };
}

/** Node's flat `rawHeaders` as pairs: names in lower case, wire order and repeats kept. */
export function headerPairs(rawHeaders: readonly string[]): readonly (readonly [string, string])[] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    pairs.push([(rawHeaders[i] ?? '').toLowerCase(), rawHeaders[i + 1] ?? '']);
  }
  return pairs;
}
