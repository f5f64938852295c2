import { describe, expect, it } from 'vitest';
import { CosError } from '../../../shared/cos/index.ts';
import { isSlowDown, Pace } from '../../../shared/scan/pace.ts';

const PLACE = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
const error = (code: string, status: number): CosError =>
  new CosError({ method: 'PUT', place: PLACE }, 'refused', { code, status, retryable: true, outcome: 'none' });

describe('the pace of a scan', () => {
  it('is halved after each refusal, and never zero', () => {
    const pace = new Pace(16, () => 1);
    const limits = Array.from({ length: 6 }, () => {
      pace.refused();
      return pace.limit;
    });
    expect(limits).toEqual([8, 4, 2, 1, 1, 1]);
  });

  it('rests twice as long after each refusal that follows at once, up to half a minute', () => {
    const pace = new Pace(16, () => 1);
    const rests = Array.from({ length: 8 }, () => pace.refused());
    expect(rests).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('does not let runs that were refused together return together', () => {
    const rests = [0, 0.5, 0.99].map((dice) => new Pace(16, () => dice).refused());
    expect(new Set(rests).size).toBe(3);
    expect(Math.min(...rests)).toBeGreaterThanOrEqual(500);
  });

  it('rises by one key at a time while everything works, never above the setting', () => {
    const pace = new Pace(4, () => 1);
    pace.refused();
    pace.refused();
    const limits = Array.from({ length: 300 }, () => {
      pace.went();
      return pace.limit;
    });
    expect([limits[48], limits[49], limits[99], limits[149], limits[299]]).toEqual([1, 2, 3, 4, 4]);
    expect(pace.refused()).toBe(1000);
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
