import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../shared/cos/index.ts';
import { Ledger } from '../../../shared/scan/ledger.ts';
import { hashOfStacks, StackHash } from '../../../shared/scan/stack-hash.ts';
import { entry } from './entries.ts';

const HASH = 'a1'.repeat(12);
const OTHER = 'b2'.repeat(12);
const NOTE = { skipped: [1, 5], expired: [0, 0], outside: [0, 0] } as const;

describe('a ledger', () => {
  it('is read back as written: proved and expected keys, and the notes beside them', () => {
    const ledger = new Ledger();
    ledger.prove(HASH, NOTE);
    ledger.expect(OTHER);
    const read = Ledger.decode(ledger.encode());
    expect([read.isProved(HASH), read.isProved(OTHER), read.isExpected(OTHER)]).toEqual([true, false, true]);
    expect(read.noteOf(HASH)).toEqual(NOTE);
  });

  it('takes twelve bytes a key', () => {
    const ledger = new Ledger();
    for (let i = 0; i < 1000; i += 1) ledger.prove(nodeHash.sha256(String(i)).slice(0, 24));
    expect(ledger.encode().length).toBeLessThan(12_100);
  });

  it('holds nothing when it is damaged', () => {
    const ledger = new Ledger();
    ledger.prove(HASH);
    const body = ledger.encode();
    for (const broken of [body.slice(0, -1), body.slice(1), new Uint8Array(0), Buffer.from('{}\n')])
      expect(Ledger.decode(broken).isProved(HASH)).toBe(false);
  });

  it('forgets unfulfilled expectations at the end of a range', () => {
    const ledger = new Ledger();
    ledger.expect(HASH, NOTE);
    ledger.forgetExpected();
    expect([ledger.isExpected(HASH), ledger.noteOf(HASH), ledger.isEmpty]).toEqual([false, undefined, true]);
  });
});

describe('the hash of a key', () => {
  const hashOf = (change: {
    key?: string;
    terms?: string;
    rule?: string;
    source?: Parameters<typeof entry>[2];
    destination?: readonly string[];
    salt?: string;
  }) =>
    hashOfStacks(
      new StackHash(nodeHash, change.salt ?? 'salt'),
      { key: change.key ?? 'a', terms: change.terms ?? '' },
      [{ entry: entry('a', 'v1', change.source), rule: change.rule ?? 'r' }],
      (change.destination ?? ['d1']).map((id) => entry('a', id)),
    );

  it.each<[string, Parameters<typeof hashOf>[0]]>([
    ['the key is another one', { key: 'b' }],
    ['other rules cover it', { terms: '[1]' }],
    ['another rule covers a version', { rule: '' }],
    ['a version is another one', { source: { versionId: 'v2' } }],
    ['it is a delete marker', { source: { deleteMarker: true } }],
    ['a replica is another one', { destination: ['d2'] }],
    ['a replica is missing', { destination: [] }],
    ['replicas are in another order', { destination: ['d2', 'd1'] }],
    ['the range has another salt', { salt: 'other' }],
    ['it is a null version', { source: { versionId: 'null' } }],
  ])('differs when %s', (_, change) => {
    expect(hashOf(change)).not.toBe(hashOf({}));
  });

  it('tells null versions apart by their content', () => {
    const nulls = [{}, { etag: '"f"' }, { lastModified: 5000 }].map((change) =>
      hashOf({ source: { versionId: 'null', ...change } }),
    );
    expect(new Set(nulls).size).toBe(3);
  });

  it('does not change with the storage class, which a lifecycle changes', () => {
    expect(hashOf({ source: { storageClass: 'ARCHIVE' } })).toBe(hashOf({}));
  });

  it('is the same in pieces, however long a stack is', () => {
    const ids = Array.from({ length: 5000 }, (_, i) => `version-${i}`);
    expect(hashOf({ destination: ids })).toBe(hashOf({ destination: ids }));
    expect(hashOf({ destination: ids })).not.toBe(hashOf({ destination: [...ids.slice(0, 4999), 'x'] }));
  });
});
