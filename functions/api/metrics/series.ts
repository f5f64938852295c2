import type { DestinationState } from '../scan-schemas.ts';
import type { Family, Labels } from './text.ts';

/** One destination of one source, with the labels that name both. */
export interface Row {
  readonly labels: Labels;
  readonly it: DestinationState;
}

/** The prefix of each name. */
export const START = 'cos_replication_';
export const seconds = (ms: number): number => ms / 1000;
export const timestamp = (text: string): number => seconds(Date.parse(text));

/** A gauge with one series for each row whose value is known. */
export function gauge(
  rows: readonly Row[],
  name: string,
  help: string,
  value: (it: DestinationState) => number | null,
) {
  return gauges(rows, name, help, (it) => [[{}, value(it)]]);
}

/** The same with several series for each row. */
export function gauges(
  rows: readonly Row[],
  name: string,
  help: string,
  values: (it: DestinationState) => readonly (readonly [Labels, number | null])[],
): Family {
  const samples = rows.flatMap(({ labels, it }) =>
    values(it).flatMap(([more, value]) => (value === null ? [] : [{ labels: { ...labels, ...more }, value }])),
  );
  return { name: START + name, help, type: 'gauge', samples };
}

/** One series for each state; the current one has the value 1. */
export const oneOf = (states: readonly string[], now: string) =>
  states.map((state) => [{ state }, Number(state === now)] as const);

export const inSeconds = (ms: number | null): number | null => (ms === null ? null : seconds(ms));

export const boundsOf = (distribution: NonNullable<DestinationState['lagMs']>['distribution']) =>
  distribution.map(({ upToMs, versions }) => ({ upTo: inSeconds(upToMs), count: versions }));
