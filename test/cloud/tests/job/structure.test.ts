import { describe, expect, it } from 'vitest';
import { compareStructure } from '../../job/structure.ts';
import type { Entry } from '../../job/types.ts';

const KEY = 'a.txt';

/** Oldest first, as in a history; `x` before an ID makes it a delete marker. */
function listing(...ids: string[]): Map<string, Entry[]> {
  const entries = ids.toReversed().map((id, n) => ({
    key: KEY,
    versionId: id,
    deleteMarker: id.startsWith('x'),
    isLatest: n === 0,
    size: 1,
  }));
  return new Map(entries.length === 0 ? [] : [[KEY, entries]]);
}

/** A replica of version 1 is called `r1`, a second one `r1b`; any other ID is no replica. */
const sourceOf = (id: string): string | undefined => /^r(\d+)/.exec(id)?.[1];

function judge(source: string[], destination: string[]): string[] {
  return compareStructure(listing(...source), listing(...destination), sourceOf).mismatches.map(({ what }) => what);
}

describe('histories that agree', () => {
  it.each([
    { name: 'one version', source: ['1'], destination: ['r1'] },
    { name: 'overwrites', source: ['1', '2', '3'], destination: ['r1', 'r2', 'r3'] },
    { name: 'a deletion on top', source: ['1', 'x1'], destination: ['r1', 'x9'] },
    { name: 'a deletion between, replicated', source: ['1', 'x1', '2'], destination: ['r1', 'x9', 'r2'] },
    { name: 'a deletion between, overtaken', source: ['1', 'x1', '2'], destination: ['r1', 'r2'] },
    { name: 'a deletion of a key that was never there', source: ['x1'], destination: ['x9'] },
  ])('include $name', ({ source, destination }) => {
    expect(judge(source, destination)).toEqual([]);
  });

  it('pair each version with its replica', () => {
    const { pairs } = compareStructure(listing('1', '2'), listing('r1', 'r2'), sourceOf);
    expect(pairs.map(({ source, replica }) => [source.versionId, replica.versionId])).toEqual([
      ['2', 'r2'],
      ['1', 'r1'],
    ]);
  });
});

describe('histories that differ', () => {
  it.each([
    { name: 'nothing arrived', source: ['1'], destination: [], what: 'no replica' },
    { name: 'an older version is missing', source: ['1', '2'], destination: ['r2'], what: 'no replica' },
    { name: 'twice', source: ['1'], destination: ['r1', 'r1b'], what: 'a second replica' },
    { name: 'order', source: ['1', '2'], destination: ['r2', 'r1'], what: 'another order' },
    { name: 'an old version is current', source: ['1', '2'], destination: ['r2', 'r1'], what: 'the current version' },
    { name: 'deleted only at the source', source: ['1', 'x1'], destination: ['r1'], what: 'deleted at the source' },
    { name: 'deleted only at the destination', source: ['1'], destination: ['r1', 'x9'], what: 'the current version' },
    {
      name: 'too many delete markers',
      source: ['1', 'x1'],
      destination: ['r1', 'x8', 'x9'],
      what: 'more delete markers',
    },
    { name: 'a stranger', source: ['1'], destination: ['s7', 'r1'], what: 'that is no replica' },
    { name: 'of an unknown version', source: ['1'], destination: ['r7', 'r1'], what: 'the source does not have' },
    { name: 'a surplus key', source: [], destination: ['x9'], what: 'a key that the source does not have' },
  ])('include $name', ({ source, destination, what }) => {
    expect(judge(source, destination)).toContainEqual(expect.stringContaining(what));
  });

  it('include a listing that calls the wrong version the latest', () => {
    const wrong = listing('r1', 'r2');
    wrong.set(KEY, wrong.get(KEY)?.map((entry) => ({ ...entry, isLatest: !entry.isLatest })) ?? []);
    const { mismatches } = compareStructure(listing('1', '2'), wrong, sourceOf);
    expect(mismatches.map(({ what }) => what)).toEqual(['the destination calls another version the latest']);
  });
});
