import { describe, expect, it } from 'vitest';
import { plan } from '../../../../shared/replication/decide/plan.ts';
import type { Observation, StackItem, Step, Together } from '../../../../shared/replication/types.ts';
import {
  DESTINATION,
  history,
  markerOf,
  observed,
  ref,
  replica,
  SOURCE,
  stackOf,
  type OtherSketch,
  type Sketch,
} from './build.ts';

/** Written by users of the destination at the time of source place `n`. */
const own = (n: number): Sketch => ({ kind: 'foreign', rank: { time: n * 1000, bucket: DESTINATION.bucket } });
/** A delete marker that stands for a deletion of that time in that bucket. */
const deletion = (n: number, bucket: string): Sketch => ({ kind: 'delete-marker', rank: { time: n * 1000, bucket } });
/** Made by us, on record. */
const recorded = (n: number, bucket: string): Sketch => ({ ...deletion(n, bucket), recorded: true }) as Sketch;
const ours = (n: number, base?: number): Sketch => ({
  ...replica(n, base),
  rank: { time: n * 1000, bucket: SOURCE.bucket },
});
/** A replica from a third bucket. */
const third = (n: number): OtherSketch => ({
  kind: 'other',
  marker: { ...markerOf(n, 0), source: { bucket: 'third-1250000000', region: 'ap-beijing' } },
  rank: { time: n * 1000, bucket: 'third-1250000000' },
});

const words = (step: Step): string => {
  if (step.kind === 'copy') return `copy ${step.entry.ref.id}`;
  if (step.kind === 'mark') return 'mark';
  if (step.kind === 'hide' || step.kind === 'stand')
    return `${step.kind} as ${step.rank.time / 1000} of ${step.rank.bucket.split('-')[0]}`;
  return `${step.kind} ${step.item.versionId}`;
};

/** `written` at the source; `stack` at the destination, newest first. */
function planned(written: string, stack: readonly StackItem[], change: Partial<Observation & Together> = {}) {
  const { undone = [], settled = true, ...seen } = change;
  const together = { source: SOURCE.bucket, undone, settled };
  const result = plan(observed(history(written), stack, { together, ...seen }));
  if (result.kind !== 'steps') throw new Error('too deep');
  return result.steps.map(words);
}

describe('the newest write of all ends on top', () => {
  // P34
  it('a late version does not hide later writes at the destination', () => {
    expect(planned('v', stackOf(own(2)))).toEqual(['copy v1', 'lift d1']);
  });

  it('a version that is newer than all is simply copied', () => {
    expect(planned('vvv', stackOf(own(2), ours(2)))).toEqual(['copy v3']);
  });

  it('nothing is done where the newest is on top', () => {
    expect(planned('v', stackOf(own(2), ours(1)))).toEqual([]);
    expect(planned('vv', stackOf(ours(2), own(1), ours(1)))).toEqual([]);
  });

  it('every bucket picks the same one of two writes in the same microsecond', () => {
    const [a, b] = [SOURCE.bucket, DESTINATION.bucket].toSorted();
    expect([a, b]).toEqual([DESTINATION.bucket, SOURCE.bucket]);
    expect(planned('v', stackOf(ours(1), own(1)))).toEqual([]);
    expect(planned('v', stackOf(own(1), ours(1)))).toEqual(['raise d1', 'remove d1']);
  });

  it('a replica from a third bucket is copied on top again, and the one below is removed', () => {
    expect(planned('v', stackOf(third(2)))).toEqual(['copy v1', 'raise d1', 'remove d1']);
    expect(planned('v', stackOf(ours(1), third(2)))).toEqual(['raise d1', 'remove d1']);
  });

  it('a replica that is put in order is on top then, and nothing else is copied there', () => {
    expect(planned('vv', stackOf(ours(1), ours(2), own(0.5)))).toEqual(['raise d2', 'remove d2']);
  });

  it('a replica that is copied again keeps its base, because gaps concern its own source', () => {
    const item = third(2);
    const result = plan(observed(history('v'), stackOf(item), { together: togetherWith() }));
    const raised = result.kind === 'steps' ? result.steps.find((step) => step.kind === 'raise') : undefined;
    expect(raised).toMatchObject({ base: item.marker.base });
  });

  it('of two replicas that were copied on top at once one is removed', () => {
    expect(planned('v', stackOf(third(2), third(2), ours(1)))).toEqual(['remove d2']);
  });
});

it('the top is left alone while the listing lacks the version that a reader gets', () => {
  expect(planned('v', stackOf(own(2)), { settled: false })).toEqual(['copy v1']);
  expect(planned('vd', stackOf(ours(1)), { settled: false })).toEqual([]);
});

describe('deletions in a two-way set-up', () => {
  it('hide the key when one is the newest write, and the delete marker records which', () => {
    expect(planned('vd', stackOf(ours(1)))).toEqual(['hide as 2 of source']);
    expect(planned('vd', stackOf(own(1.5), ours(1)))).toEqual(['hide as 2 of source']);
  });

  it('are not replicated when a newer version covers them', () => {
    expect(planned('vd', stackOf(own(3), ours(1)))).toEqual([]);
    expect(planned('vdv', stackOf(ours(1)))).toEqual(['copy v3']);
  });

  it('that take effect late do not hide a newer version', () => {
    expect(planned('vd', stackOf(deletion(2, SOURCE.bucket), own(3), ours(1)))).toEqual(['lift d2']);
    expect(planned('vdv', stackOf(deletion(2, SOURCE.bucket), ours(3), ours(1)))).toEqual(['raise d2', 'remove d2']);
  });

  it('are not undone by a late version, wherever they were made', () => {
    expect(planned('v', stackOf(deletion(2, DESTINATION.bucket)))).toEqual(['copy v1', 'hide as 2 of backup']);
    expect(planned('v', stackOf(deletion(2, 'third-1250000000')))).toEqual(['copy v1', 'hide as 2 of third']);
  });

  it('need no further delete marker where the key is hidden already', () => {
    expect(planned('vd', stackOf(deletion(1.5, DESTINATION.bucket), ours(1)))).toEqual([]);
  });

  // P36c
  it('are recorded with our delete marker that hides the key already for an older one', () => {
    expect(planned('vd', stackOf(recorded(1.5, 'third-1250000000'), ours(1)))).toEqual(['stand as 2 of source']);
    expect(planned('vd', stackOf(recorded(2, SOURCE.bucket), ours(1)))).toEqual([]);
    expect(planned('vd', stackOf(recorded(2.5, 'third-1250000000'), ours(1)))).toEqual([]);
    expect(planned('vd', stackOf(recorded(1.5, SOURCE.bucket), ours(1)), { settled: false })).toEqual([]);
  });

  // P36
  it('are not replicated again when a user of the destination undid them', () => {
    const undone = [{ time: 2000, bucket: SOURCE.bucket }];
    expect(planned('vd', stackOf(ours(1)), { undone })).toEqual([]);
    expect(planned('vdv', stackOf(ours(1)), { undone })).toEqual(['copy v3']);
  });
});

const togetherWith = (): Together => ({ source: SOURCE.bucket, undone: [], settled: true });

it('leave the newest on top even for a look that stops at its floor', () => {
  expect(planned('vv', stackOf(own(3)), { low: ref(1) })).toEqual(['copy v2', 'lift d1']);
});
