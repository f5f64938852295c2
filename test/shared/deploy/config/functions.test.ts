import { expect, it } from 'vitest';
import { readFunctions } from '../../../../shared/deploy/config/functions.ts';
import { rawConfiguration } from '../settings.ts';

const declared = rawConfiguration().functions ?? {};
const locate = (path: readonly (string | number)[]): string => `at ${path.join('.')}`;
const changed = (key: string, change: object) =>
  ({ ...declared, [key]: { ...declared[key], ...change } }) as typeof declared;

it('takes the functions of the repository', () => {
  expect(readFunctions(declared, locate).map(({ key }) => key)).toEqual(Object.keys(declared));
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
    /at functions\.task\.timeout: .* is 901; .*from 1 to 900/,
  ],
  ['no time limit', changed('task', { timeout: undefined }), /whole seconds/],
])('refuses %s with the value and what to write', (_, functions, message) => {
  expect(() => readFunctions(functions, locate)).toThrow(message);
});
