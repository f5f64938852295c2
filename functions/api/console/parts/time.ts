import { locale } from '../text/index.ts';
import type { Telling } from './context.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration in the largest unit that fits: `1.8 seconds`, `18 seconds`, `5 minutes`. `ms` may be 0. */
export function duration({ t }: Telling, ms: number): string {
  if (ms < SECOND) return t('time.ms', { n: Math.round(ms) });
  if (ms < 10 * SECOND) return t('time.s', { n: Math.round(ms / 100) / 10 });
  if (ms < MINUTE) return t('time.s', { n: Math.round(ms / SECOND) });
  if (ms < HOUR) return t('time.min', { n: Math.round(ms / MINUTE) });
  if (ms < 2 * DAY) return t('time.h', { n: Math.round(ms / HOUR) });
  return t('time.d', { n: Math.round(ms / DAY) });
}

/** Date and time in the reader's time zone. `time` in ISO or HTTP form; any other text is returned unchanged. */
export function moment({ language }: Telling, time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return new Intl.DateTimeFormat(locale(language), { dateStyle: 'medium', timeStyle: 'medium' }).format(date);
}

/** Time until a future moment, counted from the API's measurement. */
export function ahead(telling: Telling, time: string, measuredAt: string): string {
  const ms = Date.parse(time) - Date.parse(measuredAt);
  return ms <= 0 ? telling.t('time.due') : telling.t('time.in', { time: duration(telling, ms) });
}
