import type { OwnItem } from '../types.ts';

export interface LastAttempts<T> {
  readonly kept: readonly T[];
  /** The others, each with the one that stays in its place. */
  readonly surplus: readonly { readonly item: T; readonly keep: T }[];
}

/**
 * Of several replicas of one version that of the last attempt stays, and the upper one of two that began in one second: runs
 * that see different listings agree then, and so do deployments that share no lease. An attempt is not made younger by a user
 * who copies its replica later. `stack`: newest first.
 */
export function lastAttempts<T extends OwnItem>(stack: readonly T[]): LastAttempts<T> {
  const last = new Map<string, T>();
  for (const item of stack) {
    const other = last.get(idOf(item));
    // P15: The last attempt stays.
    if (other === undefined || item.marker.attempted > other.marker.attempted) last.set(idOf(item), item);
  }
  const kept: T[] = [];
  const surplus: { item: T; keep: T }[] = [];
  for (const item of stack) {
    const keep = last.get(idOf(item));
    if (keep === undefined || keep === item) kept.push(item);
    else surplus.push({ item, keep });
  }
  return { kept, surplus };
}

const idOf = ({ marker }: OwnItem): string => `${marker.source.bucket}/${marker.ref.id}`;

/** A replica that vouches for a user's copy stays, or the copy would be taken for ours and removed some day. */
export const mayGo = ({ vouches }: OwnItem): boolean => vouches !== true;
