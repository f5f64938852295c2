import type { VerifySums } from './documents.ts';
import { Digest } from './digest.ts';

type Amount = [count: number, bytes: number];

const NO_DIGEST = new Digest().value;

export const emptySums = (): VerifySums => ({
  keys: 0,
  source: { versions: [0, 0], deleteMarkers: 0 },
  replicas: { versions: [0, 0], deleteMarkers: 0 },
  digests: { source: NO_DIGEST, destination: NO_DIGEST },
  differences: {},
  skipped: {},
  unread: [0, 0],
});

export function addSums(into: VerifySums, from: VerifySums): void {
  into.keys += from.keys;
  for (const side of ['source', 'replicas'] as const) {
    addAmount(into[side].versions, from[side].versions);
    into[side].deleteMarkers += from[side].deleteMarkers;
  }
  for (const side of ['source', 'destination'] as const) {
    const digest = new Digest(into.digests[side]);
    digest.add(from.digests[side]);
    into.digests[side] = digest.value;
  }
  for (const name of ['differences', 'skipped'] as const)
    for (const [kind, amount] of Object.entries(from[name])) count(into[name], kind, amount);
  addAmount(into.unread, from.unread);
}

export function addAmount(into: Amount, from: Readonly<Amount>): void {
  into[0] += from[0];
  into[1] += from[1];
}

export function count(into: Record<string, Amount>, kind: string, amount: Readonly<Amount>): void {
  const sum = into[kind];
  if (sum === undefined) into[kind] = [...amount];
  else addAmount(sum, amount);
}
