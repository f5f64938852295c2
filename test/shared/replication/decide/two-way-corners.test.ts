import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plan } from '../../../../shared/replication/decide/plan.ts';
import { compareRanks, formatRank, rankOf, sameRank } from '../../../../shared/identity/rank.ts';
import type { Entry, Observation, Step } from '../../../../shared/replication/types.ts';
import { refOf } from '../../../../shared/identity/version.ts';
import { DESTINATION, history, markerOf, observed, ref, replica, SOURCE, stackOf } from './build.ts';
import type { OtherSketch, ReplicaSketch, Sketch } from './build.ts';

const THIRD = 'third-1250000000';
const FOURTH = 'fourth-1250000000';

/** Everything here was written at the time of source place `n`; `own`: by users of the destination. */
const own = (n: number): Sketch => ({ kind: 'foreign', rank: rankOf(ref(n), DESTINATION.bucket) });
const ours = (n: number, base?: number): ReplicaSketch => ({
  ...replica(n, base),
  rank: rankOf(ref(n), SOURCE.bucket),
});
const deletion = (n: number, bucket = SOURCE.bucket): Sketch => ({
  kind: 'delete-marker',
  rank: rankOf(ref(n), bucket),
});
const from = (bucket: string, n: number): OtherSketch => ({
  kind: 'other',
  marker: { ...markerOf(n, 0), source: { bucket, region: 'ap-beijing' } },
  rank: rankOf(ref(n), bucket),
});
const vouching = <T extends OtherSketch | ReplicaSketch>(sketch: T): T => ({ ...sketch, vouches: true });

const words = (step: Step): string => {
  switch (step.kind) {
    case 'copy':
      return `copy ${step.entry.ref.id}`;
    case 'hide':
      return `hide as ${formatRank(step.rank)}`;
    case 'remove':
      return `remove ${step.item.versionId} (${step.reason})`;
    default:
      return step.kind === 'mark' ? 'mark' : `${step.kind} ${step.item.versionId}`;
  }
};
const hideAs = (n: number, bucket = SOURCE.bucket): string => `hide as ${formatRank(rankOf(ref(n), bucket))}`;

/** `stack`: of the destination, newest first; `undone`: the source's deletions that the destination's users undid. */
function planned(
  entries: readonly Entry[],
  stack: readonly Sketch[],
  { undone = [], low }: { readonly undone?: readonly number[] } & Partial<Observation> = {},
) {
  const ranks = undone.map((n) => rankOf(ref(n), SOURCE.bucket));
  const together = { source: SOURCE.bucket, undone: ranks, settled: true };
  const result = plan(observed(entries, stackOf(...stack), { together, low }));
  if (result.kind !== 'steps') throw new Error('too deep');
  return result.steps.map(words);
}

describe('after a gap is filled where both sides write', () => {
  it('the replica that was copied again is on top, where it is the newest write', () => {
    const filled = ['copy v1', 'raise d2', 'remove d2 (raised)'];
    expect(planned(history('vv'), [ours(2, 0), own(1.5)])).toEqual(filled);
  });

  it('a newer version is copied on top of that again, before anything is removed', () => {
    expect(planned(history('vv'), [own(3), ours(2, 0)])).toEqual([
      'copy v1',
      'raise d1',
      'lift d2',
      'remove d1 (raised)',
    ]);
  });

  it('a later deletion hides it again', () => {
    expect(planned(history('vv'), [deletion(3, THIRD), ours(2, 0)])).toEqual([
      'copy v1',
      'raise d1',
      hideAs(3, THIRD),
      'remove d1 (raised)',
    ]);
  });
});

describe('where nothing must be on top', () => {
  it('no version is seen on either side', () => {
    expect(planned([], [])).toEqual([]);
  });

  it('the listing decides among versions of one bucket, whatever the times say', () => {
    const reversed = history('vv').toReversed();
    expect(planned(reversed, [])).toEqual(['copy v2', 'copy v1']);
    const above = { ...ours(1), marker: markerOf(1, 2) };
    expect(planned(reversed, [above, ours(2, 0)])).toEqual([]);
    // v2 has expired at the destination. Its newer time does not make that a deletion.
    expect(planned(reversed, [above])).toEqual([]);
  });
});

describe('a deletion', () => {
  it('is replicated to a destination without the key', () => {
    expect(planned(history('d'), [])).toEqual([hideAs(1)]);
  });

  it('that a user undid hides nothing, even where another delete marker stands for it', () => {
    expect(planned(history('vd'), [ours(1), deletion(2)])).toEqual([hideAs(2)]);
    expect(planned(history('vd'), [ours(1), deletion(2)], { undone: [2] })).toEqual([]);
  });

  it('is undone together with earlier ones, which were never on top to be undone', () => {
    expect(planned(history('vdd'), [ours(1)], { undone: [3] })).toEqual([]);
    expect(planned(history('vdd'), [ours(1), deletion(2)], { undone: [3] })).toEqual([]);
    expect(planned(history('vdd'), [deletion(2), ours(1)], { undone: [3] })).toEqual([]);
  });

  it('is one only where the source lists it: an unread version has not been deleted', () => {
    expect(planned(history('v'), [own(0.5)], { low: ref(1) })).toEqual([]);
  });
});

describe('a version that is copied on top again', () => {
  it('is taken from its uppermost place', () => {
    expect(planned(history('vv'), [own(1.5), ours(2), vouching(ours(2)), ours(1)])).toEqual([
      'raise d3',
      'remove d3 (raised)',
    ]);
    expect(planned([], [own(1), from(THIRD, 2), vouching(from(THIRD, 2))])).toEqual(['raise d2', 'remove d2 (raised)']);
  });

  it("stays below as well where it vouches for a user's copy", () => {
    expect(planned([], [own(1), vouching(from(THIRD, 2))])).toEqual(['raise d1']);
  });
});

describe('replicas from other buckets', () => {
  it('are surplus only where one version of one bucket has two', () => {
    expect(planned([], [from(THIRD, 2), from(THIRD, 2)])).toEqual(['remove d1 (surplus)']);
    expect(planned([], [from(THIRD, 3), from(THIRD, 2)])).toEqual([]);
    expect(planned([], [from(THIRD, 2), from(FOURTH, 2)])).toEqual([]);
  });

  // P15
  it("stay by the last attempt as ours do, so that two deployments never remove each other's", () => {
    const lasting = <T extends OtherSketch | ReplicaSketch>(sketch: T): T => ({
      ...sketch,
      marker: { ...sketch.marker, attempted: sketch.marker.attempted + 1000 },
    });
    const removed = ['remove d2 (surplus)'];
    expect(planned([], [from(THIRD, 2), lasting(from(THIRD, 2))])).toEqual(removed);
    expect(planned(history('v'), [ours(1), lasting(ours(1))])).toEqual(removed);
  });

  it("stay where they vouch for a user's copy", () => {
    expect(planned([], [from(THIRD, 2), vouching(from(THIRD, 2))])).toEqual([]);
  });

  it('are not counted with ours', () => {
    expect(planned([], [from(FOURTH, 2)])).toEqual([]);
    expect(planned(history('v'), [ours(1), ours(1)])).toEqual(['remove d1 (surplus)']);
    expect(planned(history('v'), [ours(1), vouching(ours(1))])).toEqual([]);
  });
});

it('a version without versioning, of which only the second is known, counts as the last write of that second', () => {
  const rank = rankOf(refOf('null', 5000, '"e"'), SOURCE.bucket);
  expect(compareRanks(rank, { time: 5_999_998, bucket: DESTINATION.bucket })).toBeGreaterThan(0);
  expect(compareRanks(rank, { time: 6_000_000, bucket: DESTINATION.bucket })).toBeLessThan(0);
});

it('every write has its own place in the order of all, the same from either side', () => {
  const rank = fc.record({ time: fc.nat(3), bucket: fc.constantFrom(SOURCE.bucket, DESTINATION.bucket, THIRD) });
  fc.assert(
    fc.property(rank, rank, (a, b) => {
      const same = a.time === b.time && a.bucket === b.bucket;
      expect(sameRank(a, b)).toBe(same);
      expect(formatRank(a) === formatRank(b)).toBe(same);
      expect(Math.sign(compareRanks(a, b)) + Math.sign(compareRanks(b, a))).toBe(0);
    }),
  );
});
