import type { OwnItem } from '../types.ts';

export interface LastAttempts<T> {
  readonly kept: readonly T[];
  /** The other replicas, each with the one that stays instead of it. */
  readonly surplus: readonly { readonly item: T; readonly keep: T }[];
}

/**
 * Of several replicas of one version, that of the last attempt stays; of two that began in one second, the upper one.
 * So runs that see different listings agree, and so do deployments that share no lease. A user's later copy of a
 * replica does not make its attempt younger. `stack`: newest first.
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

/** A replica that vouches for a user's copy stays. Without it the copy would count as ours and be removed some day. */
export const mayGo = ({ vouches }: OwnItem): boolean => vouches !== true;
