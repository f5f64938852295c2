import { LOOKS } from './looks.ts';
import type { Mistake } from './mistake.ts';
import { SCANS } from './scans.ts';
import { SCOPE } from './scope.ts';
import { STACKS } from './stacks.ts';
import { TURNS } from './turns.ts';
import { WAYS } from './ways.ts';

/**
 * One for each rule of the engine that is there because something goes wrong without it, and what beginners do. A
 * simulation that does not see them proves nothing.
 */
export const MISTAKES: readonly Mistake[] = [...TURNS, ...LOOKS, ...STACKS, ...SCOPE, ...WAYS, ...SCANS];

/** Rules that no planted mistake breaks, and why. */
export const NOT_PLANTED: Readonly<Record<string, string>> = {
  P19: 'it saves requests; what it says of bases is P9',
};
