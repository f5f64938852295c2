/** A timer's schedule: seven fields, second minute hour day month weekday year, in UTC+8. */
export interface Cron {
  /** The first time after `after` that matches, ms since 1970; undefined when there is none before the year 2100. */
  next(after: number): number | undefined;
}

const OFFSET = 8 * 60 * 60 * 1000;
const DAY = 24 * 60 * 60 * 1000;
const LAST_YEAR = 2099;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface Field {
  readonly values: ReadonlySet<number>;
  /** `*`: sets no limit. */
  readonly any: boolean;
}

/** Throws `RangeError` naming the field that is wrong. */
export function parseCron(text: string): Cron {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 7) throw new RangeError(`a timer takes 7 cron fields, not ${fields.length}: ${text}`);
  const [second, minute, hour, day, month, weekday, year] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const seconds = sorted(parseField(second, 'second', 0, 59));
  const minutes = sorted(parseField(minute, 'minute', 0, 59));
  const hours = sorted(parseField(hour, 'hour', 0, 23));
  const days = parseField(day, 'day', 1, 31);
  const months = parseField(month, 'month', 1, 12, MONTHS, 1);
  const weekdays = parseField(weekday, 'weekday', 0, 6, WEEKDAYS, 0);
  const years = parseField(year, 'year', 1970, LAST_YEAR);

  // With limits on both day and weekday, either is enough, as in every other cron.
  const onDay = (date: Date) => {
    const byDay = days.values.has(date.getUTCDate());
    const byWeekday = weekdays.values.has(date.getUTCDay());
    const matches = days.any || weekdays.any ? byDay && byWeekday : byDay || byWeekday;
    return matches && months.values.has(date.getUTCMonth() + 1) && years.values.has(date.getUTCFullYear());
  };

  return {
    next(after) {
      // In the zone of the timers the fields are those of a UTC date shifted by eight hours.
      const start = Math.floor((after + OFFSET) / 1000) * 1000 + 1000;
      const firstDay = Math.floor(start / DAY) * DAY;
      for (let midnight = firstDay; new Date(midnight).getUTCFullYear() <= LAST_YEAR; midnight += DAY) {
        if (!onDay(new Date(midnight))) continue;
        const time = firstTime(midnight === firstDay ? (start - midnight) / 1000 : 0, hours, minutes, seconds);
        if (time !== undefined) return midnight + time * 1000 - OFFSET;
      }
      return undefined;
    },
  };
}

/** The first second of a day, from `from` on, that the three fields name. */
function firstTime(
  from: number,
  hours: readonly number[],
  minutes: readonly number[],
  seconds: readonly number[],
): number | undefined {
  for (const hour of hours) {
    if (hour * 3600 + 3599 < from) continue;
    for (const minute of minutes) {
      const start = hour * 3600 + minute * 60;
      if (start + 59 < from) continue;
      const second = seconds.find((value) => start + value >= from);
      if (second !== undefined) return start + second;
    }
  }
  return undefined;
}

function parseField(
  text: string,
  name: string,
  low: number,
  high: number,
  words: readonly string[] = [],
  firstWord = 0,
): Field {
  const number = (part: string): number => {
    const word = words.indexOf(part.toUpperCase());
    const value = word >= 0 ? word + firstWord : /^\d{1,4}$/.test(part) ? Number(part) : Number.NaN;
    if (!(value >= low && value <= high)) throw new RangeError(`${name} ${part} is not in ${low}-${high}`);
    return value;
  };
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', step, ...rest] = part.split('/');
    const every = step === undefined ? 1 : /^\d{1,4}$/.test(step) ? Number(step) : 0;
    if (every < 1 || rest.length > 0) throw new RangeError(`${name} has a bad step: ${part}`);
    const [from, to] = range === '*' ? [low, high] : readRange(range, number, step === undefined ? undefined : high);
    if (from > to) throw new RangeError(`${name} runs backwards: ${part}`);
    for (let value = from; value <= to; value += every) values.add(value);
  }
  return { values, any: text === '*' };
}

/** `5`, `5-9`; with a step `5/10` runs to the end of the field. */
function readRange(text: string, number: (part: string) => number, end: number | undefined): [number, number] {
  const [from = '', to, ...rest] = text.split('-');
  if (rest.length > 0) throw new RangeError(`not a range: ${text}`);
  const start = number(from);
  return [start, to === undefined ? (end ?? start) : number(to)];
}

function sorted(field: Field): readonly number[] {
  return [...field.values].sort((a, b) => a - b);
}
