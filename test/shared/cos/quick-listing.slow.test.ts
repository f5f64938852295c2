import { isDeepStrictEqual } from 'node:util';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createListingReader } from '../../../shared/cos/listing.ts';
import type { ListingKind } from '../../../shared/cos/listing.ts';
import { OBJECTS, VERSIONS } from '../../../shared/cos/listings.ts';
import type { Place } from '../../../shared/cos/index.ts';
import { SNIPPETS, damaged, damages, documentOf, pages, utf8 } from './listing-documents.ts';
import type { Layout } from './listing-documents.ts';

const PLACE: Place = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
const CALL = { method: 'GET', place: PLACE, effect: 'read' } as const;
const ANSWER = { status: 200, headers: {}, body: new Uint8Array(), framed: true };

/** The strict reader's result for the document; undefined where it refuses it. */
function strictly<T>(kind: ListingKind<T>, document: Uint8Array): T | undefined {
  const reader = createListingReader(CALL, { ...kind, quick: () => undefined }, () => undefined);
  try {
    reader.sink?.(document);
    return reader.read(ANSWER);
  } catch (error) {
    if (error instanceof Error && error.constructor !== TypeError) return undefined;
    throw error;
  }
}

type Verdict = 'same' | 'different' | 'left to the strict reader';

function compare<T>(kind: ListingKind<T>, document: Uint8Array): Verdict {
  const quick = kind.quick(document);
  if (quick === undefined) return 'left to the strict reader';
  return isDeepStrictEqual(quick, strictly(kind, document)) ? 'same' : 'different';
}

const compareEither = (versions: boolean, document: Uint8Array): Verdict =>
  versions ? compare(VERSIONS, document) : compare(OBJECTS, document);

describe('the quick reading of a listing', () => {
  it('accepts every page that COS sends, whatever the keys, with the result of the strict reader', () => {
    let plain = 0;
    fc.assert(
      fc.property(pages, ({ versions, document, isPlain }) => {
        const verdict = compareEither(versions, utf8(document));
        plain += isPlain ? 1 : 0;
        return isPlain ? verdict === 'same' : verdict !== 'different';
      }),
      { numRuns: 1500 },
    );
    expect(plain).toBeGreaterThan(500);
  });

  it("gives the strict reader's result for damaged, reordered and nested documents, or leaves them to it", () => {
    let quick = 0;
    fc.assert(
      fc.property(pages, fc.array(damages, { minLength: 1, maxLength: 2 }), ({ versions, document }, all) => {
        let bytes = utf8(document);
        for (const damage of all) bytes = damaged(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), damage);
        const verdict = compareEither(versions, bytes);
        if (verdict === 'same') quick += 1;
        return verdict !== 'different';
      }),
      { numRuns: 6000 },
    );
    // A reader that accepted nothing would agree with everything.
    expect(quick).toBeGreaterThan(100);
  });

  it.each(SNIPPETS)('agrees about %j at every place of a page', (snippet) => {
    const common = { latest: true, time: '2026-01-01T00:00:00.000Z', etag: 'e', size: '5', storageClass: 'STANDARD' };
    const all = [
      { ...common, marker: true, key: 'a/%41', versionId: 'v' },
      { ...common, marker: false, key: 'a/%41', versionId: 'w' },
    ];
    const layout = { indent: true, quote: '&quot;', declaration: '' } as const;
    const differ: string[] = [];
    for (const [versions, encoded] of [true, false].flatMap((one) => [[one, true] as const, [one, false] as const])) {
      const document = documentOf({ ...layout, encoded }, all, versions, true);
      for (let at = 0; at <= document.length; at += 1) {
        const changed = document.slice(0, at) + snippet + document.slice(at);
        if (compareEither(versions, utf8(changed)) === 'different') differ.push(changed);
      }
    }
    expect(differ).toEqual([]);
  });

  it.each(['Key', 'VersionId', 'IsLatest', 'LastModified', 'ETag', 'Size', 'StorageClass'])(
    'does not take <%s> of an entry for that of the next one',
    (name) => {
      const entry = { marker: false, key: 'k', versionId: 'v', latest: true, etag: 'e', size: '5', storageClass: 'A' };
      const all = [1, 2].map(() => ({ ...entry, time: '2026-01-01T00:00:00.000Z' }));
      const layout: Layout = { indent: false, encoded: true, quote: '&quot;', declaration: '' };
      const document = documentOf(layout, all, true, false);
      const at = document.lastIndexOf(`<${name}>`);
      const changed = utf8(document.slice(0, at) + document.slice(at).replace(/<\w+>[^<]*<\/\w+>/, ''));
      expect(compare(VERSIONS, utf8(document))).toBe('same');
      const isOptional = name === 'VersionId' || name === 'StorageClass';
      expect(compare(VERSIONS, changed)).toBe(isOptional ? 'same' : 'left to the strict reader');
    },
  );

  it('accepts no page that was cut off', () => {
    const layout: Layout = { indent: false, encoded: true, quote: '&quot;', declaration: '' };
    const entry = { marker: false, key: 'k', versionId: 'v', latest: true, etag: 'e', size: '5', storageClass: '' };
    const whole = utf8(documentOf(layout, [{ ...entry, time: '2026-01-01T00:00:00.000Z' }], true, false));
    expect(VERSIONS.quick(whole)).toBeDefined();
    for (let end = 0; end < whole.length; end += 1) expect(VERSIONS.quick(whole.subarray(0, end))).toBeUndefined();
  });

  it.each([
    ['more elements than the strict reader takes', '<a/>'.repeat(100_001)],
    ['a text that is longer than it takes', `<Name>${'x'.repeat(64 * 1024 + 1)}</Name>`],
    ['elements deeper than it takes', '<a>'.repeat(17) + '</a>'.repeat(17)],
    ['blanks without an end', ' '.repeat(10_000)],
  ])('leaves %s to it', (_what, more) => {
    const document = `<ListVersionsResult><IsTruncated>false</IsTruncated>${more}</ListVersionsResult>`;
    expect(VERSIONS.quick(utf8(document))).toBeUndefined();
  });

  it('gives nothing for another document', () => {
    for (const document of ['', '<', '<Error/>', '<ListBucketResult/>', '<ListVersionsResult/>', '\u0000']) {
      expect(VERSIONS.quick(utf8(document))).toBeUndefined();
    }
    expect(
      OBJECTS.quick(utf8('<ListVersionsResult><IsTruncated>false</IsTruncated></ListVersionsResult>')),
    ).toBeUndefined();
  });
});
