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
export const MISTAKES: readonly Mistake[] = [...TURNS, ...STACKS, ...SCOPE, ...WAYS, ...SCANS];
