import type {
  Entry,
  Observation,
  OtherReplicaItem,
  ReplicaItem,
  StackItem,
} from '../../../../shared/replication/types.ts';
import type { Marker, Ref } from '../../../../shared/identity/types.ts';

export const SOURCE = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
export const DESTINATION = { bucket: 'backup-1250000000', region: 'ap-shanghai' };

/** The source entry at place `n`; whole numbers are listed, others (`1.5`) no longer are. */
export const ref = (n: number): Ref => ({ id: `v${n}`, time: n * 1000 });
export const placeOf = (one: Ref): number => one.time / 1000;

/** `'vdv'`: a version, a delete marker, a version; the oldest is 1. */
export const history = (shape: string): readonly Entry[] =>
  shape.split('').map((kind, i) => ({ ref: ref(i + 1), versionId: `v${i + 1}`, deleteMarker: kind === 'd' }));

/** An item without its place in the stack. */
type SketchOf<T> = T extends StackItem ? Omit<T, 'versionId' | 'time'> : never;
export type Sketch = SketchOf<StackItem>;
export type ReplicaSketch = SketchOf<ReplicaItem>;
export type OtherSketch = SketchOf<OtherReplicaItem>;

export const markerOf = (source: number, base: number): Marker => ({
  source: SOURCE,
  ref: ref(source),
  base: base === 0 ? undefined : ref(base),
  proof: { by: 'crc64', value: '1' },
  id: `attempt-${source}-${base}`,
  named: true,
  attempted: 0,
});

/** `base` 0: none. */
export const replica = (source: number, base = source - 1): ReplicaSketch => ({
  kind: 'replica',
  marker: markerOf(source, base),
});
export const deleteMarker: Sketch = { kind: 'delete-marker' };
export const foreign: Sketch = { kind: 'foreign' };

/** Newest first, as written; the oldest is `d1` and was made at 1 ms. */
export const stackOf = (...sketches: readonly Sketch[]): readonly StackItem[] =>
  sketches.map((sketch, i) => ({ ...sketch, versionId: `d${sketches.length - i}`, time: sketches.length - i }));

export const observed = (
  entries: readonly Entry[],
  stack: readonly StackItem[],
  change: Partial<Observation> = {},
): Observation => ({
  entries,
  sourceOrder: entries.map((entry) => entry.ref),
  settledBefore: Number.POSITIVE_INFINITY,
  stack,
  low: undefined,
  hints: new Set(),
  mine: new Set(),
  since: Number.POSITIVE_INFINITY,
  ...change,
});
