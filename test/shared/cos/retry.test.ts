import { describe, expect, it } from 'vitest';

import { CosError } from '../../../shared/cos/index.ts';
import { nextStep } from '../../../shared/cos/retry.ts';
import type { FailedAttempt } from '../../../shared/cos/retry.ts';
import { SOURCE } from './server.ts';

const FRESH = { tries: 0, stale: false, skewed: false };
const OPTIONS = { tries: 4, random: () => 0 };

function failed(retryable: boolean, hint?: FailedAttempt['hint']): FailedAttempt {
  const error = new CosError({ method: 'GET', place: SOURCE }, 'x', { code: 'X', retryable });
  return { ok: false, error, hint };
}

describe('nextStep', () => {
  it('repeats a read that may succeed later, and no other', () => {
    expect(nextStep('read', failed(true), FRESH, OPTIONS)?.history.tries).toBe(1);
    expect(nextStep('read', failed(false), FRESH, OPTIONS)).toBeUndefined();
    expect(nextStep('read', failed(true, 'final'), FRESH, OPTIONS)).toBeUndefined();
    expect(nextStep('read', failed(true), { ...FRESH, tries: 3 }, OPTIONS)).toBeUndefined();
  });

  it.each(['write', 'repeatable'] as const)('does not repeat a %s that reached the server', (effect) => {
    expect(nextStep(effect, failed(true), FRESH, OPTIONS)).toBeUndefined();
  });

  it.each(['read', 'write', 'repeatable'] as const)('repeats a %s that was never sent', (effect) => {
    expect(nextStep(effect, failed(true, 'unsent'), FRESH, OPTIONS)?.delay).toBeGreaterThan(0);
    expect(nextStep(effect, failed(true, 'unsent'), { ...FRESH, tries: 3 }, OPTIONS)).toBeUndefined();
  });

  it('follows a dead connection with one more attempt at once, unless a write could happen twice', () => {
    expect(nextStep('read', failed(true, 'stale'), FRESH, OPTIONS)).toEqual({
      delay: 0,
      history: { ...FRESH, stale: true },
    });
    expect(nextStep('repeatable', failed(true, 'stale'), FRESH, OPTIONS)?.delay).toBe(0);
    expect(nextStep('repeatable', failed(true, 'stale'), { ...FRESH, stale: true }, OPTIONS)).toBeUndefined();
    expect(nextStep('write', failed(true, 'stale'), FRESH, OPTIONS)).toBeUndefined();
    expect(nextStep('read', failed(true, 'stale'), { ...FRESH, stale: true }, OPTIONS)?.delay).toBeGreaterThan(0);
  });

  it('tries once more with the right clock', () => {
    expect(nextStep('write', failed(false, 'skewed'), FRESH, OPTIONS)?.delay).toBe(0);
    expect(nextStep('write', failed(false, 'skewed'), { ...FRESH, skewed: true }, OPTIONS)).toBeUndefined();
  });

  it('waits longer each time, up to a limit, half of it random', () => {
    const delays = (random: number) =>
      [0, 1, 2, 8].map(
        (tries) => nextStep('read', failed(true), { ...FRESH, tries }, { tries: 20, random: () => random })?.delay,
      );
    expect(delays(0)).toEqual([50, 100, 200, 2500]);
    expect(delays(1)).toEqual([100, 200, 400, 5000]);
  });
});
