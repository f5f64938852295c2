import { describe, expect, it } from 'vitest';
import { CosError } from '../../../shared/cos/index.ts';
import { isSlowDown, Pace } from '../../../shared/scan/pace.ts';

const PLACE = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
const error = (code: string, status: number): CosError =>
  new CosError({ method: 'PUT', place: PLACE }, 'refused', { code, status, retryable: true, outcome: 'none' });

/** A pace whose clock a test turns; it rests as long as it may. */
function paced(most: number, dice = 1) {
  const clock = { ms: 0 };
  const pace = new Pace(most, { now: () => clock.ms, random: () => dice });
  return { clock, pace };
}

describe('the pace of a scan', () => {
  it('is halved after each refusal, and never zero', () => {
    const { clock, pace } = paced(16);
    const limits = Array.from({ length: 6 }, () => {
      clock.ms += pace.refused();
      return pace.limit;
    });
    expect(limits).toEqual([8, 4, 2, 1, 1, 1]);
  });

  it('rests twice as long after each refusal that follows at once, up to half a minute', () => {
    const { clock, pace } = paced(16);
    const rests = Array.from({ length: 8 }, () => {
      const rest = pace.refused();
      clock.ms += rest;
      return rest;
    });
    expect(rests).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('counts the refusals of simultaneous keys as one', () => {
    const { clock, pace } = paced(16);
    const rests = Array.from({ length: 16 }, () => {
      clock.ms += 10;
      return pace.refused();
    });
    expect(pace.limit).toBe(8);
    // All of them end at the same moment.
    expect(rests).toEqual(Array.from({ length: 16 }, (_, i) => 1000 - 10 * i));
  });

  it('does not let runs that were refused together return together', () => {
    const rests = [0, 0.5, 0.99].map((dice) => paced(16, dice).pace.refused());
    expect(new Set(rests).size).toBe(3);
    expect(Math.min(...rests)).toBeGreaterThanOrEqual(500);
  });

  it('rises by one key at a time while everything works, never above the setting', () => {
    const { clock, pace } = paced(4);
    for (let i = 0; i < 2; i += 1) clock.ms += pace.refused();
    const limits = Array.from({ length: 1000 }, () => {
      clock.ms += 1;
      pace.went();
      return pace.limit;
    });
    expect([198, 199, 399, 599, 999].map((i) => limits[i])).toEqual([1, 2, 3, 4, 4]);
    expect(pace.refused()).toBe(1000);
  });

  it('learns nothing from keys that end while it rests', () => {
    const { clock, pace } = paced(4);
    pace.refused();
    clock.ms += 500;
    for (let i = 0; i < 500; i += 1) pace.went();
    expect(pace.limit).toBe(2);
  });

  it.each([50, 500, 2000])('is back at nine tenths within two minutes where a key takes %i ms', (takes) => {
    const { clock, pace } = paced(16);
    for (let i = 0; i < 10; i += 1) clock.ms += pace.refused();
    expect(pace.limit).toBe(1);
    const from = clock.ms;
    while (pace.limit < 0.9 * 16) {
      clock.ms += takes;
      for (let done = pace.limit; done > 0; done -= 1) pace.went();
    }
    expect(clock.ms - from).toBeLessThan(120_000);
    // It rises slowly, because its former pace was refused.
    expect(clock.ms - from).toBeGreaterThan(20_000);
  });

  it.each([
    ['SlowDown', 503, true],
    ['RequestLimitExceeded', 429, true],
    ['ServiceUnavailable', 503, true],
    ['InternalError', 500, false],
    ['AccessDenied', 403, false],
  ])('is lowered by %s (%i): %s', (code, status, isMeant) => {
    expect(isSlowDown(error(code, status))).toBe(isMeant);
  });
});
