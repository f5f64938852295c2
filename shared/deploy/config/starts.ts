import { SCANS } from '../../scan/index.ts';
import { TASKS } from '../../tasks/index.ts';
import { DeployError } from '../error.ts';
import type { EventSettings, FunctionSettings, RoleKind } from '../types.ts';
import type { Locate } from './locate.ts';
import { shown } from './shown.ts';

/** The settings without which a function cannot do its work. */
interface Needed {
  /** The role with exactly the rights that its code needs. */
  readonly role: RoleKind;
  /** Whether an event of the file starts it as its code expects. */
  readonly startedBy: (event: EventSettings) => boolean;
  /** The entry to write when no event does. */
  readonly write: string;
  readonly because: string;
}

const ofState = (prefix: string): Pick<Needed, 'startedBy' | 'write'> => ({
  startedBy: (event) =>
    'state' in event && event.state.prefix === prefix && event.state.event === 'cos:ObjectCreated:*',
  write: `- state: { event: 'cos:ObjectCreated:*', prefix: ${prefix} }`,
});

const NEEDED: Readonly<Record<string, Needed>> = {
  replicate: {
    role: 'engine',
    startedBy: (event) => 'sources' in event && event.sources.some((name) => name.startsWith('cos:ObjectCreated:')),
    write: '- sources: [cos:ObjectCreated:*]',
    because: 'new objects would not be noticed',
  },
  task: { role: 'engine', ...ofState(TASKS), because: 'waiting work would never be done' },
  scan: { role: 'scan', ...ofState(SCANS), because: 'existing objects and lost events would never be found' },
  schedule: {
    role: 'schedule',
    startedBy: (event) => 'timer' in event,
    write: "- timer: { name: minute, cron: '0 * * * * * *' }",
    because: 'no scan would begin, and nothing that failed would be tried again',
  },
  api: {
    role: 'api',
    startedBy: (event) => 'http' in event && event.http.auth === 'NONE',
    write: '- http: { auth: NONE }',
    because: 'no SDK could reach it: the API checks signatures itself, and CAM would take the Authorization header',
  },
};

/** Functions without which nothing is replicated, or no rule can be set. */
export const NEEDED_FUNCTIONS = Object.keys(NEEDED);

/**
 * Refuses a function of the service with another role or code than its own, or without the event that its work needs,
 * and a timer that never fires. Throws `DeployError` with the line to change.
 */
export function checkStarts({ key, role, handler, events }: FunctionSettings, locate: Locate): void {
  const needed = Object.hasOwn(NEEDED, key) ? NEEDED[key] : undefined;
  if (needed !== undefined) {
    const own = `functions/${key}/index.main_handler`;
    if (handler !== own) {
      throw new DeployError(
        `${locate(['functions', key, 'handler'])}: the handler of ${key} is ${shown(handler)}; write ${own}.`,
        'BAD_HANDLER',
      );
    }
    if (role !== needed.role) {
      throw new DeployError(
        `${locate(['functions', key, 'role'])}: the role of ${key} is ${shown(role)}, which lacks the rights that it needs; write ${needed.role}.`,
        'BAD_ROLE',
      );
    }
    if (!events.some(needed.startedBy)) {
      throw new DeployError(
        `${locate(['functions', key, 'events'])}: no event starts ${key} as needed, so ${needed.because}; write "${needed.write}" under its events.`,
        'BAD_EVENTS',
      );
    }
  }
  for (const [index, event] of events.entries()) {
    if (!('timer' in event)) continue;
    const wrong = wrongField(event.timer.cron);
    if (wrong === undefined) continue;
    throw new DeployError(
      `${locate(['functions', key, 'events', index, 'timer', 'cron'])}: the timer of ${key} is ${shown(event.timer.cron)}, and ${wrong}.`,
      'BAD_TIMER',
    );
  }
}

/** The fields of a timer with their ranges. The platform checks names of months and weekdays. */
const FIELDS: readonly (readonly [name: string, least: number, most: number])[] = [
  ['second', 0, 59],
  ['minute', 0, 59],
  ['hour', 0, 23],
  ['day', 1, 31],
  ['month', 1, 12],
  ['weekday', 0, 6],
  ['year', 1970, 2099],
];

function wrongField(cron: string): string | undefined {
  const texts = cron.split(' ');
  for (const [at, [name, least, most]] of FIELDS.entries()) {
    const field = texts[at] ?? '';
    const isRight = field.split(',').every((part) => {
      const [range = '', step = '1', ...more] = part.split('/');
      const [from = '', to = from, ...others] = range.split('-');
      const ends = [from, to].filter((end) => end !== '*' && !/^[A-Za-z]{3}$/.test(end));
      const isWithin = ends.every((end) => /^\d+$/.test(end) && Number(end) >= least && Number(end) <= most);
      const isForward = ends.length < 2 || Number(from) <= Number(to);
      return more.length + others.length === 0 && isWithin && isForward && /^[1-9]\d*$/.test(step);
    });
    if (!isRight) return `its ${name} is ${field}; write ${least} to ${most}, *, a list, a range or a step such as */5`;
  }
  return undefined;
}
