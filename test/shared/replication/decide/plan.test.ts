import { describe, expect, it } from 'vitest';
import { missingOf, plan } from '../../../../shared/replication/decide/plan.ts';
import type { Observation, Step } from '../../../../shared/replication/types.ts';
import { deleteMarker, foreign, history, observed, ref, replica, stackOf } from './build.ts';
import { takeAll } from './model.ts';

const NOW = 100;

/** In words: `copy 2 on 1` has version 1 as base; `on 0`: none. */
function words(step: Step): string {
  const on = (base: { id: string } | undefined): string => base?.id.slice(1) ?? '0';
  switch (step.kind) {
    case 'copy':
      return `copy ${step.entry.ref.id.slice(1)} on ${on(step.base)}`;
    case 'raise':
      return `raise ${step.item.versionId} on ${on(step.base)}`;
    case 'mark':
      return `mark ${step.entry.ref.id.slice(1)}`;
    case 'lift':
      return `lift ${step.item.versionId}`;
    case 'hide':
    case 'stand':
      return `${step.kind} as ${step.rank.bucket} at ${step.rank.time}`;
    default:
      return `remove ${step.item.versionId} (${step.reason})`;
  }
}

function stepsOf(seen: Observation, excluded?: ReadonlySet<string>): readonly Step[] {
  const planned = plan(seen, excluded);
  if (planned.kind !== 'steps') throw new Error('too deep');
  return planned.steps;
}

const planned = (seen: Observation, excluded?: ReadonlySet<string>): readonly string[] =>
  stepsOf(seen, excluded).map(words);

describe('on an empty destination', () => {
  // P7
  it('the whole history is copied, oldest first', () => {
    expect(planned(observed(history('vvv'), stackOf()))).toEqual(['copy 1 on 0', 'copy 2 on 1', 'copy 3 on 2']);
  });

  it('delete markers have the places that they have at the source', () => {
    expect(planned(observed(history('vdvd'), stackOf()))).toEqual(['copy 1 on 0', 'mark 2', 'copy 3 on 2', 'mark 4']);
  });

  it('nothing is planned for an empty source', () => {
    expect(planned(observed([], stackOf()))).toEqual([]);
  });
});

describe('on an existing stack', () => {
  // P8
  it('a version between the base of a replica and its source is a gap and is filled', () => {
    const seen = observed(history('vv'), stackOf(replica(2, 0)));
    expect(planned(seen)).toEqual(['copy 1 on 0', 'raise d1 on 1', 'remove d1 (raised)']);
  });

  it('any other version without a replica has expired at the destination and is left alone', () => {
    expect(planned(observed(history('vv'), stackOf(replica(2, 1))))).toEqual([]);
    expect(planned(observed(history('vvv'), stackOf(replica(3, 2), replica(1, 0))))).toEqual([]);
  });

  it('a filled gap is not copied again after it has expired', () => {
    const seen = observed(history('vv'), stackOf(replica(2, 0)));
    const filled = takeAll(seen.stack, stepsOf(seen), NOW);
    const expired = filled.filter((item) => item.kind !== 'replica' || item.marker.ref.id !== 'v1');
    expect(expired).toHaveLength(1);
    expect(planned({ ...seen, stack: expired })).toEqual([]);
  });

  it('a late DELETE of a killed run hides the current object until the next look', () => {
    const seen = observed(history('v'), stackOf(deleteMarker, replica(1)));
    expect(planned({ ...seen, since: 2 })).toEqual(['raise d1 on 0', 'remove d1 (raised)']);
    expect(planned({ ...seen, since: 3 })).toEqual([]);
  });

  it('a delete marker of this very run that the source no longer has is removed again', () => {
    const seen = observed(history('v'), stackOf(deleteMarker, replica(1)));
    expect(planned({ ...seen, mine: new Set(['d2']) })).toEqual(['raise d1 on 0', 'remove d1 (raised)']);
    expect(planned({ ...seen, mine: new Set(['other']) })).toEqual([]);
  });

  it('a late delete marker is right where the source is deleted too', () => {
    const seen = observed(history('vd'), stackOf(deleteMarker, replica(1)), { since: 0 });
    expect(planned(seen)).toEqual([]);
  });

  // P15
  it('of two replicas of one version the newest stays, whoever made them', () => {
    expect(planned(observed(history('v'), stackOf(replica(1), replica(1), replica(1))))).toEqual([
      'remove d2 (surplus)',
      'remove d1 (surplus)',
    ]);
  });

  // P14
  it('runs that see different listings never remove both replicas of a version', () => {
    const both = stackOf(replica(1), replica(1));
    const removedBy = (stack: typeof both): readonly string[] =>
      stepsOf(observed(history('v'), stack)).flatMap((step) => (step.kind === 'remove' ? [step.item.versionId] : []));
    const views = [both, both.slice(0, 1), both.slice(1), []];
    expect(new Set(views.flatMap(removedBy))).toEqual(new Set(['d1']));
  });
});

describe('in special cases', () => {
  // P13
  it('a replica keeps its place when its source version is deleted by its ID', () => {
    const entries = history('vvv').filter((entry) => entry.ref.id !== 'v2');
    expect(planned(observed(entries, stackOf(replica(3), replica(2), replica(1))))).toEqual([]);
  });

  it('the current object at the destination stays when the newest version is deleted by its ID', () => {
    expect(planned(observed(history('v'), stackOf(replica(2), replica(1))))).toEqual([]);
    expect(planned(observed(history('vd'), stackOf(replica(3), replica(1))))).toEqual([]);
  });

  it('an undelete at the source changes nothing at the destination', () => {
    expect(planned(observed(history('v'), stackOf(deleteMarker, replica(1))))).toEqual([]);
  });

  it('an append never copies a replica on top again', () => {
    expect(planned(observed(history('vvv'), stackOf(replica(2), replica(1))))).toEqual(['copy 3 on 2']);
  });

  // P10
  it('an insert copies all replicas above on top again, oldest first, and then removes the old ones', () => {
    const seen = observed(history('vvvv'), stackOf(replica(4), replica(3, 1), replica(1)));
    expect(planned(seen)).toEqual([
      'copy 2 on 1',
      'raise d2 on 2',
      'raise d3 on 3',
      'remove d2 (raised)',
      'remove d3 (raised)',
    ]);
  });

  it('an insert copies at most 1,000 replicas again', () => {
    const ofDepth = (depth: number): Observation =>
      observed(
        history('v'.repeat(depth + 1)),
        stackOf(
          ...Array.from({ length: depth }, (_, i) => replica(depth + 1 - i)).map((one, i) =>
            i === depth - 1 ? replica(2, 0) : one,
          ),
        ),
      );
    expect(plan(ofDepth(1001))).toEqual({ kind: 'too-deep', count: 1001 });
    expect(plan(ofDepth(1000)).kind).toBe('steps');
    expect(plan(ofDepth(3), new Set(), new Set(), 2)).toEqual({ kind: 'too-deep', count: 3 });
    expect(plan(ofDepth(3), new Set(), new Set(), 3).kind).toBe('steps');
  });

  it('replicas in the wrong order are put right, and the upper one stays where it need not move', () => {
    expect(planned(observed(history('vv'), stackOf(replica(1), replica(2))))).toEqual([
      'raise d1 on 1',
      'remove d1 (raised)',
    ]);
  });

  it('overtaken delete markers between versions are not inserted', () => {
    expect(planned(observed(history('vdv'), stackOf(replica(3, 0), replica(1))))).toEqual([]);
    expect(planned(observed(history('vdv'), stackOf(replica(3, 0))))).toEqual([
      'copy 1 on 0',
      'raise d1 on 2',
      'remove d1 (raised)',
    ]);
  });

  // P12
  it('delete markers on top are counted, not matched', () => {
    expect(planned(observed(history('vdd'), stackOf(deleteMarker, replica(1))))).toEqual(['mark 3']);
    expect(planned(observed(history('vdd'), stackOf(deleteMarker, deleteMarker, replica(1))))).toEqual([]);
    expect(planned(observed(history('vd'), stackOf(deleteMarker, deleteMarker, replica(1))))).toEqual([]);
  });

  it('a replica that was copied on top again is hidden again where the source is deleted', () => {
    expect(planned(observed(history('vvd'), stackOf(deleteMarker, replica(2, 0))))).toEqual([
      'copy 1 on 0',
      'raise d1 on 1',
      'mark 3',
      'remove d1 (raised)',
    ]);
  });

  it("others' versions are never touched, and the replica is copied on top of them", () => {
    expect(planned(observed(history('vv'), stackOf(foreign, replica(1), foreign)))).toEqual(['copy 2 on 1']);
    expect(planned(observed(history('v'), stackOf(foreign, replica(1))))).toEqual([]);
  });

  it("a replica that vouches for a user's copy stays, whatever it would be removed for", () => {
    const vouching = { vouches: true };
    expect(planned(observed(history('v'), stackOf(replica(1), { ...replica(1), ...vouching })))).toEqual([]);
    expect(planned(observed(history('vv'), stackOf(replica(1), { ...replica(2), ...vouching })))).toEqual([
      'raise d1 on 1',
    ]);
  });

  it('a skipped version is the base of the next, so newer ones are replicated without it', () => {
    const seen = observed(history('vvv'), stackOf(replica(1)));
    expect(planned(seen, new Set(['v2']))).toEqual(['copy 3 on 2']);
    const after = takeAll(seen.stack, stepsOf(seen, new Set(['v2'])), NOW);
    expect(missingOf({ ...seen, stack: after }, new Set())).toEqual([]);
  });

  it('a skipped version that is named later, as after a restore, gets its place', () => {
    const seen = observed(history('vvv'), stackOf(replica(3, 2), replica(1)), { hints: new Set(['v2']) });
    expect(planned(seen)).toEqual(['copy 2 on 1', 'raise d2 on 2', 'remove d2 (raised)']);
  });

  it('versions older than the replica at which the look stopped are left to a scan', () => {
    const seen = observed(history('vvvv'), stackOf(replica(3, 0)), { low: ref(3) });
    expect(planned(seen)).not.toContain('copy 1 on 0');
    expect(planned({ ...seen, low: undefined })).toContain('copy 1 on 0');
    expect(planned(seen).some((step) => step.startsWith('copy 4'))).toBe(true);
  });

  it.each(['vv', 'vdv', 'vdd'])(
    'a replica raised by a look that stopped at it still records its gap (%s and on)',
    (shape) => {
      const entries = history(`${shape}v`);
      const current = entries.length;
      const stack = stackOf(deleteMarker, replica(current, 0));
      const shallow = observed(entries, stack, { low: ref(current), since: 2 });
      const after = takeAll(stack, stepsOf(shallow), NOW);
      const gaps = entries.slice(0, -1).filter((entry) => !entry.deleteMarker);
      expect(after.find((item) => item.kind === 'replica')?.marker?.ref).toEqual(ref(current));
      expect(missingOf({ ...shallow, stack: after, low: undefined }, new Set())).toEqual(gaps);
    },
  );

  it('entries out of scope are no gap, but they count for the order', () => {
    const all = history('vvv');
    const seen = observed(all.slice(2), stackOf(replica(1, 0), replica(2, 1)), {
      sourceOrder: all.map((entry) => entry.ref),
    });
    expect(planned(seen)[0]).toMatch(/^raise d1 /);
    expect(planned(seen).some((step) => step.startsWith('copy 3'))).toBe(true);
  });

  it('the listing decides the order, not the times in the IDs', () => {
    const entries = history('vv').toReversed();
    expect(planned(observed(entries, stackOf()))).toEqual(['copy 2 on 0', 'copy 1 on 2']);
  });
});
