import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCron } from '../../scf/cron.ts';

/** A time in the zone of the timers. */
const at = (text: string): number => Date.parse(`${text.replace(' ', 'T')}+08:00`);
const next = (cron: string, after: string): number | undefined => parseCron(cron).next(at(after));

describe('next time of a timer', () => {
  it.each([
    ['0 * * * * * *', '2026-01-31 08:30:00', '2026-01-31 08:31:00'],
    ['0 * * * * * *', '2026-01-31 08:30:59', '2026-01-31 08:31:00'],
    ['*/5 * * * * * *', '2026-01-31 23:59:56', '2026-02-01 00:00:00'],
    ['3/20 * * * * * *', '2026-01-31 08:00:04', '2026-01-31 08:00:23'],
    ['0 0 2 1 * * *', '2026-01-31 08:30:00', '2026-02-01 02:00:00'],
    ['0 15 10 * * MON-FRI *', '2026-01-31 08:30:00', '2026-02-02 10:15:00'],
    ['0 15 10 * * 0,6 *', '2026-02-02 00:00:00', '2026-02-07 10:15:00'],
    ['0 0 0 29 FEB * *', '2026-01-01 00:00:00', '2028-02-29 00:00:00'],
    ['30 59 23 31 12 * 2027-2030', '2026-01-01 00:00:00', '2027-12-31 23:59:30'],
    ['0 0 0 13 * FRI *', '2026-02-01 00:00:00', '2026-02-06 00:00:00'],
  ])('%s after %s is %s', (cron, after, expected) => {
    expect(next(cron, after)).toBe(at(expected));
  });

  it('is in UTC+8 wherever this runs', () => {
    expect(parseCron('0 0 0 * * * *').next(Date.UTC(2026, 0, 1, 15, 59))).toBe(Date.UTC(2026, 0, 1, 16));
  });

  it('is undefined when there is none', () => {
    expect(next('0 0 0 * * * 2020', '2026-01-01 00:00:00')).toBeUndefined();
    expect(next('0 0 0 30 2 * *', '2090-01-01 00:00:00')).toBeUndefined();
  });

  it('lies after the given time and within one period', () => {
    const times = integer({ min: at('2020-01-01 00:00:00'), max: at('2060-01-01 00:00:00') });
    assert(
      property(times, integer({ min: 0, max: 59 }), (after, second) => {
        const found = parseCron(`${second} * * * * * *`).next(after) ?? 0;
        expect(found).toBeGreaterThan(after);
        expect(found - after).toBeLessThanOrEqual(60_000);
        expect(new Date(found).getUTCSeconds()).toBe(second);
      }),
    );
  });
});

describe('a schedule is refused', () => {
  it.each([
    ['* * * * *', '7 cron fields'],
    ['60 * * * * * *', 'second 60'],
    ['0 * * 0 * * *', 'day 0'],
    ['0 * * * FOO * *', 'month FOO'],
    ['0 9-5 * * * * *', 'backwards'],
    ['0 */0 * * * * *', 'bad step'],
    ['0 1-2-3 * * * * *', 'not a range'],
    ['0 , * * * * *', 'minute'],
    ['0 * * * * 7 *', 'weekday 7'],
  ])('%s', (cron, why) => {
    expect(() => parseCron(cron)).toThrow(why);
  });
});
