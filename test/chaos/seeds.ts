import { deedsOf } from './deeds.ts';
import { kindOf, type Kind } from './kinds.ts';
import { mixedWorld } from './mix.ts';
import { seeded } from './scheduler.ts';
import { topologyOf } from './topology.ts';
import { VARIATIONS } from './variations/index.ts';
import { diceOf } from './variations/variation.ts';
import type { WorldOptions } from './options.ts';

/** The kind of world of a seed: from quiet ones, in which nothing fails, to storms. */
export function worldOf(seed: number, kind: Kind = kindOf(seed)): WorldOptions {
  const random = seeded(seed ^ 0x5bd1e995);
  const { habits, ...options } = VARIATIONS[kind](mixedWorld(seed, random), diceOf(random));
  return { ...options, deeds: deedsOf(seed ^ 0x1b873593, habits, topologyOf(options.shape)) };
}
