import { describe, expect, it } from 'vitest';
import { plan } from '../../../../shared/replication/decide/plan.ts';
import type { Observation } from '../../../../shared/replication/types.ts';
import { history, observed, ref, replica, stackOf } from './build.ts';

/** The markers of the planned copies: `3 on 1`; `on 0`: no base. */
function bases(seen: Observation, excluded: readonly string[] = [], later: readonly string[] = []): readonly string[] {
  const planned = plan(seen, new Set(excluded), new Set(later));
  if (planned.kind !== 'steps') throw new Error('too deep');
  return planned.steps.flatMap((step) => {
    if (step.kind !== 'copy' && step.kind !== 'raise') return [];
    const source = step.kind === 'copy' ? step.entry.ref : step.item.marker?.ref;
    return [`${source?.id.slice(1)} on ${step.base?.id.slice(1) ?? '0'}`];
  });
}

describe('the base of a replica', () => {
  it('is the entry below when that has a replica, however young it is', () => {
    const young = { settledBefore: 0 };
    expect(bases(observed(history('vvv'), stackOf(replica(2)), young))).toEqual(['3 on 2']);
    expect(bases(observed(history('vv'), stackOf(), young))).toEqual(['1 on 0', '2 on 1']);
  });

  // P9
  it('is not an entry without a replica that is younger than the time that a listing surely shows', () => {
    const seen = observed(history('vvv'), stackOf(replica(1)));
    expect(bases({ ...seen, settledBefore: ref(2).time }, ['v2'])).toEqual(['3 on 1']);
    expect(bases({ ...seen, settledBefore: ref(3).time }, ['v2'])).toEqual(['3 on 2']);
  });

  it('is not a delete marker that is younger than that', () => {
    const seen = observed(history('dv'), stackOf());
    expect(bases({ ...seen, settledBefore: 0 })).toEqual(['2 on 0']);
    expect(bases(seen)).toEqual(['2 on 1']);
  });

  it('is not a version that may be copied some day', () => {
    const seen = observed(history('vvv'), stackOf(replica(1)));
    expect(bases(seen, ['v2'], ['v2'])).toEqual(['3 on 1']);
    // It is restored, and found below the replica whose marker still says that it is missing.
    expect(bases(observed(history('vvv'), stackOf(replica(3, 1), replica(1))))).toEqual(['2 on 1', '3 on 2']);
  });

  it('is no delete marker, and no version without a replica, above one that may be copied some day', () => {
    expect(bases(observed(history('vdv'), stackOf()), ['v1'], ['v1'])).toEqual(['3 on 0']);
    expect(bases(observed(history('vvdv'), stackOf(replica(1))), ['v2'], ['v2'])).toEqual(['4 on 1']);
    expect(bases(observed(history('vvvv'), stackOf(replica(1))), ['v2', 'v3'], ['v2'])).toEqual(['4 on 1']);
    // An entry with a replica says itself which versions are missing further down.
    expect(bases(observed(history('vvdv'), stackOf(replica(2))), ['v1'], ['v1'])).toEqual(['4 on 3']);
  });

  it('stays the same when a replica is copied on top again and a listing may lack versions in between', () => {
    const seen = observed(history('vvv'), stackOf(replica(1), replica(3, 1)));
    expect(bases({ ...seen, settledBefore: ref(2).time }, ['v2'])).toEqual(['3 on 1']);
  });
});

describe('a key with a hundred thousand versions', () => {
  const COUNT = 100_000;
  const entries = history('v'.repeat(COUNT));
  /** Comparisons that a plan makes, counted by its reads of references. */
  const counted = (seen: Observation): number => {
    let reads = 0;
    const watched = (one: { readonly id: string; readonly time: number }) => ({
      get id() {
        reads += 1;
        return one.id;
      },
      time: one.time,
    });
    const stack = seen.stack.map((item) =>
      item.kind === 'replica' ? { ...item, marker: { ...item.marker, ref: watched(item.marker.ref) } } : item,
    );
    plan({ ...seen, stack });
    return reads;
  };

  it('that all have replicas is in order', () => {
    const stack = stackOf(...entries.map((_, i) => replica(COUNT - i)));
    expect(plan(observed(entries, stack))).toEqual({ kind: 'steps', steps: [] });
  });

  it('of which a lifecycle has left few needs few comparisons for each', () => {
    const left = stackOf(...Array.from({ length: 4000 }, (_, i) => replica(COUNT - 25 * i)));
    expect(counted(observed(entries, left))).toBeLessThan(COUNT * 40);
  });
});
