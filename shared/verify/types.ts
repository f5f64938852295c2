import type { Cos, Place } from '../cos/index.ts';
import { createInspect, type Inspect } from '../replication/index.ts';
import type { RuleStore } from '../rules/index.ts';
import type { ScanDeps } from '../scan/index.ts';
import type { Hash } from '../signing/index.ts';

/** The state bucket, its client, a clock and a source of IDs. */
export interface VerifyState {
  readonly cos: Cos;
  readonly state: Place;
  readonly hash: Hash;
  /** ms since 1970. */
  readonly now: () => number;
  /** Returns fresh letters and digits, never the same twice. */
  readonly unique: () => string;
}

/** Everything that runs of verifications need from outside. */
export interface VerifyDeps {
  readonly state: VerifyState;
  readonly rules: RuleStore;
  readonly inspect: Inspect;
  /** Keys that one run compares at the same time. */
  readonly keysAtOnce: number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

const KEYS_AT_ONCE = 16;

/** The same for the function `scan`. */
export function verifyDepsOf({ engine, sleep }: Pick<ScanDeps, 'engine' | 'sleep'>): VerifyDeps {
  const { deps: state, rules, random } = engine;
  return { state, rules, inspect: createInspect(engine), keysAtOnce: KEYS_AT_ONCE, random, sleep };
}
