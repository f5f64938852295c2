import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missingOf, plan } from '../../../../shared/replication/decide/plan.ts';
import type { Observation } from '../../../../shared/replication/types.ts';
import { history, observed, ref, replica, stackOf } from './build.ts';

const missing = (seen: Observation, excluded: readonly string[] = []): readonly string[] =>
  missingOf(seen, new Set(excluded)).map((entry) => entry.ref.id);

const copied = (seen: Observation, excluded: readonly string[]): readonly string[] => {
  const planned = plan(seen, new Set(excluded));
  if (planned.kind !== 'steps') throw new Error('too deep');
  return planned.steps.flatMap((step) => (step.kind === 'copy' ? [step.entry.ref.id] : []));
};

/** Random histories, replicas of some versions with any base, looks that may stop, names and exclusions. */
const arbitraryLook = fc.stringMatching(/^[vd]{1,7}$/).chain((shape) => {
  const places = shape.split('').map((_, i) => i + 1);
  const versions = places.filter((place) => shape[place - 1] === 'v');
  const ids = fc.subarray(versions.map((place) => `v${place}`));
  const bases = fc.array(fc.nat(7), { minLength: 7, maxLength: 7 });
  return fc
    .record({ there: fc.subarray(versions), bases, stops: fc.boolean(), hints: ids, excluded: ids })
    .map(({ there, bases, stops, hints, excluded }) => {
      const replicas = there.map((place, i) => replica(place, Math.min(bases[i] ?? 0, place - 1))).toReversed();
      const lowest = there[0];
      const low = stops && lowest !== undefined ? ref(lowest) : undefined;
      return { seen: observed(history(shape), stackOf(...replicas), { hints: new Set(hints), low }), excluded };
    });
});

describe('the versions that a look must read before it copies them', () => {
  it('are those without a replica that are newer than all replicas, in a gap, or named', () => {
    expect(missing(observed(history('vvdv'), stackOf()))).toEqual(['v1', 'v2', 'v4']);
    expect(missing(observed(history('vvv'), stackOf(replica(1))))).toEqual(['v2', 'v3']);
    expect(missing(observed(history('vvv'), stackOf(replica(3, 1), replica(1))))).toEqual(['v2']);
    expect(missing(observed(history('vvv'), stackOf(replica(3, 2), replica(1))))).toEqual([]);
    const named = { hints: new Set(['v2']) };
    expect(missing(observed(history('vvv'), stackOf(replica(3, 2), replica(1)), named))).toEqual(['v2']);
  });

  it('are not read again once they turned out not to be copied', () => {
    const seen = observed(history('vvv'), stackOf(replica(1)), { hints: new Set(['v2']) });
    expect(missing(seen, ['v2'])).toEqual(['v3']);
    expect(missing(seen, ['v2', 'v3'])).toEqual([]);
  });

  it('are exactly those that the plan copies', () => {
    fc.assert(
      fc.property(arbitraryLook, ({ seen, excluded }) => {
        const places = copied(seen, excluded).toSorted((a, b) => a.localeCompare(b));
        expect(missing(seen, excluded).toSorted((a, b) => a.localeCompare(b))).toEqual(places);
      }),
    );
  });
});
