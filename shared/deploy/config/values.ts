import { CAUTIONS } from '../../scf/index.ts';
import { DeployError } from '../error.ts';
import type { Locate } from './locate.ts';
import { shown } from './shown.ts';

/** A value with frequent mistakes: its place, the allowed values, and the message. */
interface Value {
  readonly path: readonly [string, ...string[]];
  readonly form: string;
  readonly fits: (value: unknown) => boolean;
  /** The value may be missing. */
  readonly optional?: true;
}

const text =
  (pattern: RegExp) =>
  (value: unknown): boolean =>
    typeof value === 'string' && pattern.test(value);

const whole =
  (least: number, most: number) =>
  (value: unknown): boolean =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;

const listOf =
  (fits: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every((one) => fits(one)) && new Set(value).size === value.length;

const object = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const withKeys =
  (known: readonly string[]) =>
  (value: unknown): boolean =>
    object(value) && Object.keys(value).every((key) => known.includes(key));

const VALUES: readonly Value[] = [
  {
    path: ['provider', 'region'],
    form: 'the name of a region, for example ap-guangzhou',
    fits: text(/^[a-z]+(-[a-z0-9]+)+$/),
  },
  {
    // The value becomes part of the names of buckets, roles and functions.
    path: ['provider', 'stage'],
    form: '1 to 20 lower-case letters, digits and hyphens, for example prod',
    fits: text(/^[a-z0-9][a-z0-9-]{0,19}$/),
  },
  {
    path: ['provider', 'runtime'],
    form: 'a Node.js runtime of SCF, for example Nodejs20.19',
    fits: text(/^Nodejs[0-9]+\.[0-9]+$/),
  },
  {
    path: ['provider', 'async'],
    form: 'retries and ttl below it, and nothing else',
    fits: withKeys(['retries', 'ttl']),
  },
  {
    path: ['provider', 'async', 'retries'],
    form: 'how often the platform tries a failed event again, 0 to 2',
    fits: whole(0, 2),
  },
  {
    path: ['provider', 'async', 'ttl'],
    form: 'the seconds for which the platform keeps a failed event, 60 to 21600',
    fits: whole(60, 21_600),
  },
  {
    path: ['regions'],
    form: 'a list of regions, for example [ap-newplace]',
    fits: listOf(text(/^[a-z]{2}-[a-z]{2,20}(-[a-z0-9]{1,8})?$/)),
    optional: true,
  },
  {
    path: ['cautious'],
    form: `a list of ${CAUTIONS.join(', ')}, each at most once`,
    fits: listOf((one) => CAUTIONS.some((caution) => caution === one)),
    optional: true,
  },
  {
    path: ['acl'],
    form: 'false, with which no rule may have ReplicaAcl, or true',
    fits: (value) => typeof value === 'boolean',
    optional: true,
  },
  {
    path: ['stateBucket'],
    form: 'a bucket name with its APPID, for example my-state-1250000000',
    fits: text(/^[a-z0-9][a-z0-9-]*-[0-9]+$/),
    optional: true,
  },
  {
    path: ['scan'],
    form: 'everyHours or rangesAtOnce below it, and nothing else',
    fits: withKeys(['everyHours', 'rangesAtOnce']),
    optional: true,
  },
  {
    // A lifecycle rule of the destination may remove a replica after one day.
    path: ['scan', 'everyHours'],
    form: 'whole hours from one scan to the next, 1 to 23',
    fits: whole(1, 23),
    optional: true,
  },
  {
    path: ['canary'],
    form: 'everyMinutes or sources below it, and nothing else',
    fits: withKeys(['everyMinutes', 'sources']),
    optional: true,
  },
  {
    path: ['canary', 'everyMinutes'],
    form: 'the minutes from one canary to the next, 1 to 60',
    fits: whole(1, 60),
    optional: true,
  },
  {
    path: ['canary', 'sources'],
    form: 'a list of buckets of sources, each at most once, as <name>-<appid>@<region>',
    fits: listOf((one) => typeof one === 'string'),
    optional: true,
  },
  {
    path: ['scan', 'rangesAtOnce'],
    form: 'the number of ranges of one destination that are scanned at once, 1 to 64',
    fits: whole(1, 64),
    optional: true,
  },
];

/** Checks single values that the CLI's schema could only refuse without naming the line. Throws `DeployError`. */
export function checkValues(raw: object, locate: Locate): void {
  for (const { path, form, fits, optional } of VALUES) {
    const value = path.reduce<unknown>((within, key) => (object(within) ? within[key] : undefined), raw);
    if (value === undefined && optional) continue;
    if (fits(value)) continue;
    throw new DeployError(
      `${locate(path)}: ${path.join('.')} is ${value === undefined ? 'missing' : shown(value)}; write ${form}.`,
      'BAD_VALUE',
    );
  }
}
