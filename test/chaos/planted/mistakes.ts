import { BELOW } from './below.ts';
import { LOOKS } from './looks.ts';
import type { Mistake } from './mistake.ts';
import { BEHIND } from './behind.ts';
import { PROPERTIES } from './properties.ts';
import { SCAN_PARTS } from './scan-parts.ts';
import { SCANS } from './scans.ts';
import { SCOPE } from './scope.ts';
import { STACKS } from './stacks.ts';
import { TURNS } from './turns.ts';
import { WAYS } from './ways.ts';

/**
 * One mistake for each rule of the engine that prevents a fault, and the mistakes of beginners. A simulation that does
 * not notice them proves nothing.
 */
export const MISTAKES: readonly Mistake[] = [
  ...TURNS,
  ...LOOKS,
  ...STACKS,
  ...SCOPE,
  ...PROPERTIES,
  ...WAYS,
  ...SCANS,
  ...SCAN_PARTS,
  ...BEHIND,
  ...BELOW,
];
