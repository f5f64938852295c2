import { expect, it } from 'vitest';
import { readFunctions } from '../../../../shared/deploy/config/functions.ts';
import { rawConfiguration } from '../settings.ts';

const declared = rawConfiguration().functions ?? {};
const locate = (path: readonly (string | number)[]): string => `at ${path.join('.')}`;
const changed = (key: string, change: object) =>
  ({ ...declared, [key]: { ...declared[key], ...change } }) as typeof declared;

it('accepts the functions of the repository', () => {
  expect(readFunctions(declared, locate).map(({ key }) => key)).toEqual(Object.keys(declared));
});

it.each(['0 * * * * * *', '*/30 * * * * * *', '0 0,15,30-40/2 0-23 1 1-12 MON-FRI 2026-2099', '0 0 0 * * SUN *'])(
  'accepts the timer %s',
  (cron) => {
    const functions = changed('schedule', { events: [{ timer: { name: 'minute', cron } }] });
    expect(readFunctions(functions, locate)).toHaveLength(5);
  },
);

it('accepts other events than those of the repository, and functions of the user', () => {
  const own = { ...declared['scan'], handler: 'functions/mine/index.main_handler', events: [] } as never;
  const fewer = changed('replicate', { events: [{ sources: ['cos:ObjectCreated:Put'] }] });
  expect(readFunctions({ ...fewer, mine: own }, locate)).toHaveLength(6);
});

it.each<[string, typeof declared | undefined, RegExp]>([
  ['no functions at all', undefined, /functions lacks replicate, task, scan, schedule, api/],
  ['a missing function', { replicate: declared['replicate'] as never }, /functions lacks task, scan, schedule, api/],
  [
    'memory between the steps',
    changed('task', { memory: 300 }),
    /at functions\.task\.memory: .* is 300; .*for example 384/,
  ],
  ['memory as text', changed('task', { memory: '256MB' }), /"256MB"/],
  ['too much memory', changed('task', { memory: 6144 }), /for example 3072/],
  [
    'a time limit over 900 s',
    changed('task', { timeout: 901 }),
    /at functions\.task\.timeout: .* is 901; .*from 20 to 900/,
  ],
  ...(['replicate', 'task', 'scan', 'schedule'] as const).map((key): [string, typeof declared, RegExp] => [
    `a time limit in which ${key} would do no work`,
    changed(key, { timeout: 15 }),
    new RegExp(`the timeout of ${key} is 15; write whole seconds from [26]0 to 900`),
  ]),
  [
    'new objects without a trigger',
    changed('replicate', { events: [{ sources: ['cos:ObjectRestore:Completed'] }] }),
    /at functions\.replicate\.events: no event starts replicate .*"- sources: \[cos:ObjectCreated:\*\]"/,
  ],
  ['a function without events', changed('scan', { events: undefined }), /no event starts scan .*prefix: scans\//],
  [
    'tasks below another prefix',
    changed('task', { events: [{ state: { event: 'cos:ObjectCreated:*', prefix: 'work/' } }] }),
    /at functions\.task\.events: .*waiting work would never be done; .*prefix: tasks\//,
  ],
  ['no timer', changed('schedule', { events: [{ http: { auth: 'NONE' } }] }), /no event starts schedule .*timer/],
  [
    'an address that uses the header of our own signatures',
    changed('api', { events: [{ http: { auth: 'CAM' } }] }),
    /at functions\.api\.events: .*CAM would take the Authorization header; write "- http: \{ auth: NONE \}"/,
  ],
  [
    'a role with other rights',
    changed('schedule', { role: 'engine' }),
    /at functions\.schedule\.role: .*"engine".*write schedule/,
  ],
  [
    'the code of another function',
    changed('task', { handler: 'functions/scan/index.main_handler' }),
    /at functions\.task\.handler: .*write functions\/task\/index\.main_handler/,
  ],
  ...(
    [
      ['99 * * * * * *', /timer\.cron: the timer of schedule is "99 [^;]*its second is 99; write 0 to 59/],
      ['0 60 * * * * *', /its minute is 60/],
      ['0 0-61 * * * * *', /its minute is 0-61/],
      ['0 5-1 * * * * *', /its minute is 5-1/],
      ['0 */0 * * * * *', /its minute is \*\/0/],
      ['0 0 24 * * * *', /its hour is 24; write 0 to 23/],
      ['0 0 0 0 * * *', /its day is 0; write 1 to 31/],
      ['0 0 0 1 13 * *', /its month is 13/],
      ['0 0 0 * * 7 *', /its weekday is 7; write 0 to 6/],
      ['0 0 0 * * * 1900', /its year is 1900/],
    ] as const
  ).map(([cron, message]): [string, typeof declared, RegExp] => [
    `the timer ${cron}`,
    changed('schedule', { events: [{ timer: { name: 'minute', cron } }] }),
    message,
  ]),
  ['no time limit', changed('task', { timeout: undefined }), /whole seconds/],
])('refuses %s with the value and its right form', (_, functions, message) => {
  expect(() => readFunctions(functions, locate)).toThrow(message);
});
