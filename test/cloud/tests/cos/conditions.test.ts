import { describe, expect, it } from 'vitest';
import { evaluate, lastModified } from '../../cos/index.ts';
import type { Preconditions, Version } from '../../cos/index.ts';
import { setup, START } from './setup.ts';

/** Written 700 ms into a second. */
const version: Version = (() => {
  const { put, clock } = setup();
  clock.ms += 700;
  return put('a', 'text');
})();
const etag = version.etag;
const SECOND = 1000;

it('Last-Modified has whole seconds', () => expect(lastModified(version)).toBe(START));

describe('conditions', () => {
  it.each<[string, Preconditions, ReturnType<typeof evaluate>]>([
    ['none', {}, 'met'],
    ['If-Match of this ETag', { ifMatch: etag }, 'met'],
    ['If-Match without quotes', { ifMatch: etag.replaceAll('"', '') }, 'met'],
    ['If-Match of any', { ifMatch: '*' }, 'met'],
    ['If-Match of a list', { ifMatch: `"other", ${etag}` }, 'met'],
    ['If-Match of another', { ifMatch: '"other"' }, 'failed'],
    ['If-None-Match of this ETag', { ifNoneMatch: etag }, 'unmodified'],
    ['If-None-Match of a weak form', { ifNoneMatch: `W/${etag}` }, 'unmodified'],
    ['If-None-Match of another', { ifNoneMatch: '"other"' }, 'met'],
    ['If-Modified-Since before', { ifModifiedSince: START - SECOND }, 'met'],
    ['If-Modified-Since that second', { ifModifiedSince: START }, 'unmodified'],
    ['If-Unmodified-Since that second', { ifUnmodifiedSince: START }, 'met'],
    ['If-Unmodified-Since before', { ifUnmodifiedSince: START - SECOND }, 'failed'],
    ['If-Match outweighs If-Unmodified-Since', { ifMatch: etag, ifUnmodifiedSince: START - SECOND }, 'met'],
    ['If-None-Match outweighs If-Modified-Since', { ifNoneMatch: '"other"', ifModifiedSince: START }, 'met'],
    ['a failed match before an unmodified one', { ifMatch: '"other"', ifNoneMatch: etag }, 'failed'],
  ])('%s', (_, conditions, expected) => expect(evaluate(conditions, version)).toBe(expected));
});
