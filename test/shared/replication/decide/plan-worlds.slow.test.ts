import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plan } from '../../../../shared/replication/decide/plan.ts';
import type { Observation, ReplicaItem, StackItem, Step } from '../../../../shared/replication/types.ts';
import { deleteMarker, foreign, history, observed, placeOf, replica, stackOf, type Sketch } from './build.ts';
import { expectedOf, faultOf, take, takeAll } from './model.ts';

const NONE: ReadonlySet<string> = new Set();
/** The times of the writes of the run under test, and of the next one, in ms; small stacks were made before 100. */
const FIRST_RUN = 100;
const NEXT_RUN = 200;

function stepsOf(seen: Observation, excluded = NONE): readonly Step[] {
  const planned = plan(seen, excluded);
  if (planned.kind !== 'steps') throw new Error('too deep');
  return planned.steps;
}

function summary(
  missing: readonly number[],
  redone: readonly number[],
  marks: number,
  removed: readonly string[],
): string {
  const sorted = (places: readonly number[]): string => places.toSorted((a, b) => a - b).join(' ');
  const gone = removed.toSorted((a, b) => a.localeCompare(b)).join(' ');
  return `${sorted(missing)} | ${sorted(redone)} | ${marks} | ${gone}`;
}

/** The same steps, as the protocol counts them. */
const summaryOf = (steps: readonly Step[]) => {
  const missing: number[] = [];
  const redone: number[] = [];
  const removed: string[] = [];
  let marks = 0;
  for (const step of steps) {
    if (step.kind === 'copy') missing.push(placeOf(step.entry.ref));
    else if (step.kind === 'raise')
      redone.push(placeOf((step.item.marker as { ref: { id: string; time: number } }).ref));
    else if (step.kind === 'remove') removed.push(step.item.versionId);
    else marks += 1;
  }
  return summary(missing, redone, marks, removed);
};

/** The fault of this world, in words; undefined: none. */
function judge(seen: Observation, excluded = NONE): string | undefined {
  const steps = stepsOf(seen, excluded);
  const expected = expectedOf(seen, excluded);
  const wanted = summary(expected.missing, expected.redone, expected.marks, expected.removed);
  const got = summaryOf(steps);
  if (got !== wanted) return `planned ${got}, the protocol asks for ${wanted}`;
  const baseless = steps.find((step) => 'base' in step && !baseIsTrue(seen, step));
  if (baseless !== undefined) return `a base vouches for missing versions: ${JSON.stringify(baseless)}`;

  // Killed after any number of steps, none included: the next run finds the lease of this one.
  let stack: readonly StackItem[] = seen.stack;
  for (let taken = 0; ; taken += 1) {
    const since = Math.min(seen.since, FIRST_RUN);
    const now = {
      ...seen,
      stack,
      mine: taken === steps.length ? seen.mine : NONE,
      since: taken === steps.length ? seen.since : since,
    };
    const again = stepsOf(now, excluded);
    const fault = settles(seen, now, again, excluded);
    if (fault !== undefined) return `after ${taken} of ${steps.length} steps: ${fault}`;
    const next = steps[taken];
    if (next !== undefined) stack = take(stack, next, FIRST_RUN);
    else if (again.length === 0) return undefined;
    else return `a second look still plans ${JSON.stringify(again.map((step) => step.kind))}`;
  }
}

/** One look from here on, which planned `steps`, puts everything right, and the look after it finds nothing to do. */
function settles(
  first: Observation,
  now: Observation,
  steps: readonly Step[],
  excluded: ReadonlySet<string>,
): string | undefined {
  const after = takeAll(now.stack, steps, NEXT_RUN);
  const fault = faultOf({ ...first, stack: now.stack }, after, expectedOf(now, excluded));
  if (fault !== undefined) return fault;
  // Nothing has changed, so the look after it is this one.
  if (steps.length === 0) return undefined;
  const left = stepsOf({ ...now, stack: after }, excluded);
  return left.length === 0 ? undefined : `not at rest: ${left.map((step) => step.kind).join(' ')}`;
}

/** A base says that nothing between it and the version is missing, so it must be the entry just below. */
function baseIsTrue(seen: Observation, step: Extract<Step, { base: unknown }>): boolean {
  const place = placeOf(
    step.kind === 'copy' ? step.entry.ref : (step.item.marker as { ref: { id: string; time: number } }).ref,
  );
  const base = step.base === undefined ? 0 : placeOf(step.base);
  return base < place && !seen.entries.some(({ ref }) => placeOf(ref) > base && placeOf(ref) < place);
}

function* stacks(alphabet: readonly Sketch[], longest: number): Generator<readonly Sketch[]> {
  yield [];
  if (longest === 0) return;
  for (const rest of stacks(alphabet, longest - 1)) for (const item of alphabet) yield [item, ...rest];
}

const shapesOf = (length: number): readonly string[] =>
  length === 0 ? [''] : shapesOf(length - 1).flatMap((shape) => [`${shape}v`, `${shape}d`]);

/** Every replica that the destination may have: of listed versions with every base, and of one deleted since. */
function alphabetOf(shape: string, deletedToo: boolean): readonly Sketch[] {
  const replicas = shape
    .split('')
    .flatMap((kind, i) => (kind === 'd' ? [] : Array.from({ length: i + 1 }, (_, base) => replica(i + 1, base))));
  return [deleteMarker, foreign, ...replicas, ...(deletedToo ? [replica(1.5, 1)] : [])];
}

/** Judges every stack over every history of this length; `vary` says how each world is seen. */
function sweep(
  length: number,
  longest: number,
  deletedToo: boolean,
  vary: (seen: Observation) => readonly Observation[],
) {
  let worlds = 0;
  const faults: string[] = [];
  for (const shape of shapesOf(length)) {
    const entries = history(shape);
    for (const sketches of stacks(alphabetOf(shape, deletedToo), longest)) {
      for (const seen of vary(observed(entries, stackOf(...sketches)))) {
        worlds += 1;
        const fault = judge(seen);
        if (fault !== undefined && faults.length < 3) faults.push(`${shape} / ${JSON.stringify(seen.stack)}: ${fault}`);
      }
    }
  }
  return { worlds, faults };
}

const asIs = (seen: Observation): readonly Observation[] => [seen];
/** A killed run, or this one, may have made every delete marker. */
const withLateMarkers = (seen: Observation): readonly Observation[] =>
  seen.stack.some((item) => item.kind === 'delete-marker')
    ? [
        { ...seen, since: 2 },
        {
          ...seen,
          mine: new Set(seen.stack.filter((item) => item.kind === 'delete-marker').map((item) => item.versionId)),
        },
      ]
    : [];
/** An event named one of the versions. */
const withHints = (seen: Observation): readonly Observation[] =>
  seen.entries.map((entry) => ({ ...seen, hints: new Set([entry.ref.id]) }));

describe('the plan agrees with the protocol in every small world', () => {
  it.each([
    { length: 0, longest: 3, at: 10 },
    { length: 1, longest: 4, at: 150 },
    { length: 2, longest: 3, at: 500 },
    { length: 3, longest: 3, at: 2_500 },
    { length: 4, longest: 3, at: 12_000 },
  ])('$length source entries and stacks of up to $longest', ({ length, longest, at }) => {
    const { worlds, faults } = sweep(length, longest, length > 1, asIs);
    expect(faults).toEqual([]);
    expect(worlds).toBeGreaterThan(at);
  });

  it('delete markers that may be late requests of ours', () => {
    const { worlds, faults } = sweep(3, 3, false, withLateMarkers);
    expect(faults).toEqual([]);
    expect(worlds).toBeGreaterThan(1_300);
  });

  it('a version that an event names', () => {
    const { worlds, faults } = sweep(3, 3, false, withHints);
    expect(faults).toEqual([]);
    expect(worlds).toBeGreaterThan(1_500);
  });
});

/** Only versions have replicas; delete markers are only ever repeated. */
function arbitrarySketch(shape: string): fc.Arbitrary<Sketch> {
  const versions = shape.split('').flatMap((kind, i) => (kind === 'v' ? [i + 1] : []));
  const others: fc.WeightedArbitrary<Sketch>[] = [
    { weight: 1, arbitrary: fc.integer({ min: 1, max: shape.length }).map((place) => replica(place + 0.5, place - 1)) },
    { weight: 1, arbitrary: fc.constant(foreign) },
    { weight: 2, arbitrary: fc.constant(deleteMarker) },
  ];
  if (versions.length === 0) return fc.oneof(...others);
  const version = fc.constantFrom(...versions);
  const ours = fc
    .tuple(version, fc.nat(shape.length))
    .map(([place, base]) => replica(place, Math.min(base, place - 1)));
  return fc.oneof({ weight: 5, arbitrary: ours }, ...others);
}

const arbitraryWorld = fc
  .stringMatching(/^[vd]{1,8}$/)
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      sketches: fc.array(arbitrarySketch(shape), { maxLength: 9 }),
      vouching: fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
      hints: fc.subarray(shape.split('').map((_, i) => `v${i + 1}`)),
      excluded: fc.subarray(shape.split('').flatMap((kind, i) => (kind === 'v' ? [`v${i + 1}`] : []))),
      since: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 0, max: 10 })),
    }),
  )
  .map(({ shape, sketches, vouching, hints, excluded, since }) => ({
    seen: observed(
      history(shape),
      stackOf(
        ...sketches.map((sketch, i) =>
          vouching[i] && sketch.kind === 'replica' ? { ...sketch, vouches: true } : sketch,
        ),
      ),
      { hints: new Set(hints), since },
    ),
    excluded: new Set(excluded),
  }));

/**
 * The same stack as runs leave it: replicas in the order of their sources, and each marker names the one below as its
 * base. Where the order is wrong, the run that made it so left a floor below all of it.
 */
function inOrder(stack: readonly StackItem[]): readonly StackItem[] {
  const sourceOf = ({ marker }: ReplicaItem): number => placeOf(marker.ref);
  const sorted = stack
    .filter((item) => item.kind === 'replica')
    .toSorted((a, b) => sourceOf(b) - sourceOf(a))
    .map((item, i, all): ReplicaItem => {
      const below = all.slice(i + 1).find((other) => sourceOf(other) < sourceOf(item))?.marker.ref;
      const { base } = item.marker;
      if (below === undefined || (base && base.time >= below.time)) return item;
      return { ...item, marker: { ...item.marker, base: below } };
    });
  return stack.map((item) => (item.kind === 'replica' ? (sorted.shift() ?? item) : item));
}

describe('the plan in larger worlds', () => {
  it('takes the steps of the protocol, and the next run completes a killed one', () => {
    fc.assert(
      fc.property(arbitraryWorld, ({ seen, excluded }) => {
        expect(judge(seen, excluded)).toBeUndefined();
      }),
      { numRuns: 1_500 },
    );
  });

  it('comes to rest however often runs are killed, as long as each takes one step', () => {
    fc.assert(
      fc.property(arbitraryWorld, fc.infiniteStream(fc.integer({ min: 1, max: 4 })), ({ seen, excluded }, patience) => {
        let stack = seen.stack;
        for (let run = 0; run < 200; run += 1) {
          const steps = stepsOf({ ...seen, stack, since: Math.min(seen.since, FIRST_RUN) }, excluded);
          if (steps.length === 0) return;
          stack = takeAll(stack, steps.slice(0, patience.next().value), FIRST_RUN + run);
        }
        expect.fail('200 runs were not enough');
      }),
      { numRuns: 1_500 },
    );
  });

  it('never lets the newest replica of any version vanish, after any number of steps', () => {
    fc.assert(
      fc.property(arbitraryWorld, ({ seen, excluded }) => {
        const had = new Set(seen.stack.filter((item) => item.kind === 'replica').map((item) => item.marker.ref.id));
        let stack = seen.stack;
        for (const step of stepsOf(seen, excluded)) {
          stack = take(stack, step, FIRST_RUN);
          const has = new Set(stack.filter((item) => item.kind === 'replica').map((item) => item.marker.ref.id));
          expect([...had].filter((id) => !has.has(id))).toEqual([]);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps every recorded gap when it stops at the floor, so a look without floor still fills it', () => {
    fc.assert(
      fc.property(arbitraryWorld, fc.nat(8), ({ seen, excluded }, floor) => {
        const whole = inOrder(seen.stack);
        const end = whole.findIndex((item) => item.kind === 'replica' && placeOf(item.marker.ref) < floor);
        fc.pre(end !== -1);
        const lowest = whole[end];
        const low = lowest?.kind === 'replica' ? lowest.marker.ref : undefined;
        const shallow = { ...seen, stack: whole.slice(0, end + 1), low, hints: NONE };
        const steps = stepsOf(shallow, excluded);
        const copied = steps.flatMap((step) => (step.kind === 'copy' ? [placeOf(step.entry.ref)] : []));
        // Replicas that the look did not see may be copied again. The deep look removes such surplus.
        const after = takeAll(whole, steps, FIRST_RUN);
        const deep = (stack: readonly StackItem[]) => expectedOf({ ...seen, stack, hints: NONE }, excluded).missing;
        const left = deep(after);
        expect(deep(whole).filter((place) => !copied.includes(place) && !left.includes(place))).toEqual([]);
      }),
      { numRuns: 1_500 },
    );
  });
});
