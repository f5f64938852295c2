import type { Cos, Place } from '../cos/index.ts';

/**
 * `read`: see rules and status. `write`: change rules and start work. `metrics`: read the Prometheus text and nothing
 * else.
 */
export const RIGHTS = ['read', 'write', 'metrics'] as const;
export type Right = (typeof RIGHTS)[number];

/** An API key without its secret. */
export interface ApiKeySummary {
  readonly secretId: string;
  /** Source buckets (`name-appid`) that the key may manage; empty: all of the deployment. */
  readonly buckets: readonly string[];
  /**
   * Destination buckets (`name-appid`) that the key's rules may name and its calls may read; empty: all listed ones.
   */
  readonly destinations: readonly string[];
  readonly rights: readonly Right[];
  /** ms since 1970. */
  readonly created: number;
}

/** An API key pair of this service, never one of CAM. */
export interface ApiKey extends ApiKeySummary {
  readonly secretKey: string;
}

/** The input for a new key. The pair is drawn at random unless it is given. */
export interface NewKey {
  readonly buckets: readonly string[];
  readonly destinations?: readonly string[];
  readonly rights: readonly Right[];
  readonly pair?: { readonly secretId: string; readonly secretKey: string };
}

export interface KeyStoreOptions {
  readonly cos: Cos;
  readonly state: Place;
  /** ms since 1970. */
  readonly now: () => number;
  /** Cryptographically random bytes. */
  readonly random: (bytes: number) => Uint8Array;
}
