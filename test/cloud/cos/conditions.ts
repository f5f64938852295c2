import type { Preconditions, Version } from './types.ts';

/** Last-Modified of a version in ms since 1970; headers carry whole seconds, so conditions compare those. */
export function lastModified(version: Version): number {
  return Math.floor(version.time / 1_000_000) * 1000;
}

/**
 * The result of conditional headers for a version: `failed` is a 412, `unmodified` a 304 on GET and HEAD and a 412 on a copy.
 * An ETag condition outweighs the time condition of its kind (RFC 9110, 13.2.2).
 */
export function evaluate(conditions: Preconditions, version: Version): 'met' | 'failed' | 'unmodified' {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, version.etag)) return 'failed';
  } else if (ifUnmodifiedSince !== undefined && lastModified(version) > ifUnmodifiedSince) return 'failed';
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, version.etag)) return 'unmodified';
  } else if (ifModifiedSince !== undefined && lastModified(version) <= ifModifiedSince) return 'unmodified';
  return 'met';
}

function matches(list: string, etag: string): boolean {
  return list.split(',').some((item) => item.trim() === '*' || bare(item) === bare(etag));
}

/** Clients send ETags with and without quotes. */
function bare(etag: string): string {
  return etag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1');
}
