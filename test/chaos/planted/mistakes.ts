import { BELOW } from './below.ts';
import { LOOKS } from './looks.ts';
import type { Mistake } from './mistake.ts';
import { BEHIND } from './behind.ts';
import { SCANS } from './scans.ts';
import { SCOPE } from './scope.ts';
import { STACKS } from './stacks.ts';
import { TURNS } from './turns.ts';
import { WAYS } from './ways.ts';

/**
 * One mistake for each rule of the engine that prevents a fault, and the mistakes of beginners. A simulation that does not
 * see them proves nothing.
 */
export const MISTAKES: readonly Mistake[] = [
  ...TURNS,
  ...LOOKS,
  ...STACKS,
  ...SCOPE,
  ...WAYS,
  ...SCANS,
  ...BEHIND,
  ...BELOW,
];

/** Rules that no planted mistake breaks, and why. */
export const NOT_PLANTED: Readonly<Record<string, string>> = {
  P6: 'the look that follows mends what it leaves, so only its test shows it',
  P9: 'about one lagging world in a thousand shows it; its tests do',
  P18: 'worlds with such copies are slow, and rarely come to a removal; its tests show it',
  P35: 'about one world of two sites in six hundred shows it; its tests do',
  P19: 'it saves requests; what it says of bases is P9',
};
