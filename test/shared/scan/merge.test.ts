import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VersionEntry } from '../../../shared/cos/index.ts';
import { nextKey, STACK_KEPT, type KeyStacks, type Witness } from '../../../shared/scan/merge.ts';
import { compareKeys } from '../../../shared/scan/order.ts';
import { VersionStream } from '../../../shared/scan/streams.ts';
import { entry, pagesOf } from './entries.ts';

const BLIND: Witness = { begin: () => undefined, source: () => undefined, destination: () => undefined };
const ALL = { after: undefined, upTo: undefined };

async function merged(source: VersionStream, destination: VersionStream, witness = BLIND): Promise<KeyStacks[]> {
  const found: KeyStacks[] = [];
  for (let next = await nextKey(source, destination, witness); next !== undefined;) {
    found.push(next);
    next = await nextKey(source, destination, witness);
  }
  return found;
}

/** Keys with this many versions each, as a bucket lists them. */
const listed = (counts: Record<string, number>): VersionEntry[] =>
  Object.keys(counts)
    .sort(compareKeys)
    .flatMap((key) => Array.from({ length: counts[key] ?? 0 }, (_, i) => entry(key, `${key}-${i}`)));

describe('two listings', () => {
  it('are read key by key, with both whole stacks, wherever their pages end', async () => {
    const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\uFFFD', '\u{1F600}'), minLength: 1, maxLength: 3 });
    const bucket = fc.dictionary(key, fc.integer({ min: 1, max: 5 }), { maxKeys: 8 });
    const size = fc.integer({ min: 1, max: 7 });
    await fc.assert(
      fc.asyncProperty(bucket, bucket, size, size, async (a, b, sizeA, sizeB) => {
        const stacks = await merged(
          new VersionStream(pagesOf(listed(a), sizeA), ALL),
          new VersionStream(pagesOf(listed(b), sizeB), ALL),
        );
        const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort(compareKeys);
        expect(stacks.map((one) => [one.key, one.source.length, one.destination.length, one.whole])).toEqual(
          keys.map((name) => [name, a[name] ?? 0, b[name] ?? 0, true]),
        );
      }),
    );
  });

  it('begin after a key and end with one', async () => {
    const bucket = listed({ a: 1, b: 2, c: 3, d: 1 });
    const bounds = { after: 'a', upTo: 'c' };
    const streams = [1, 2].map(() => new VersionStream(pagesOf(bucket, 2), bounds)) as [VersionStream, VersionStream];
    expect((await merged(...streams)).map(({ key }) => key)).toEqual(['b', 'c']);
  });

  it('keep the newest versions of a long stack, and show the witness all of it', async () => {
    const many = listed({ a: STACK_KEPT + 5 });
    let seen = 0;
    const witness = { ...BLIND, source: () => void (seen += 1) };
    const [only] = await merged(
      new VersionStream(pagesOf(many, 100), ALL),
      new VersionStream(pagesOf([], 1), ALL),
      witness,
    );
    expect([seen, only?.source.length, only?.whole]).toEqual([STACK_KEPT + 5, STACK_KEPT, false]);
  });

  it('are not compared when one is out of order', async () => {
    const wrong = [entry('b', '1'), entry('a', '1')];
    const streams = [new VersionStream(pagesOf([], 1), ALL)] as const;
    const broken = new VersionStream(() => Promise.resolve({ entries: wrong, next: undefined }), ALL);
    await expect(merged(broken, ...streams)).rejects.toMatchObject({ code: 'AnswerOutOfOrder' });
  });

  it('that fail in the middle fail the merge, and do not count as shorter', async () => {
    const good = pagesOf(listed({ a: 3, b: 3 }), 2);
    const failing = new VersionStream(
      (cursor) => (cursor === undefined ? good(cursor) : Promise.reject(new Error('no answer'))),
      ALL,
    );
    await expect(merged(failing, new VersionStream(pagesOf([], 1), ALL))).rejects.toThrow('no answer');
  });
});
