import type { LifecycleRule } from '../../cos/index.ts';
import { BUCKET, REGION } from './setup.ts';
import type { Setup } from './setup.ts';

export const DAY = 86_400_000;

const NOTHING: LifecycleRule = {
  id: 'rule',
  enabled: true,
  prefix: '',
  notPrefix: undefined,
  tags: [],
  largerThan: undefined,
  smallerThan: undefined,
  expiration: undefined,
  expiredMarkers: false,
  transitions: [],
  noncurrentExpiration: undefined,
  noncurrentTransitions: [],
  abortUploads: undefined,
};

export const ruleOf = (some: Partial<LifecycleRule>): LifecycleRule => ({ ...NOTHING, ...some });

/** Gives the bucket one rule of a lifecycle, or several. */
export function setLifecycle({ core }: Setup, ...rules: readonly Partial<LifecycleRule>[]): void {
  core.configureBucket(BUCKET, REGION, { lifecycle: rules.map((rule, i) => ruleOf({ id: `rule-${i}`, ...rule })) });
}

/** The actions of a run this many days ahead, as `action key`. */
export const runAfter = ({ core }: Setup, days: number): readonly string[] =>
  core.runLifecycle({ ahead: days * DAY }).map(({ action, key }) => `${action} ${key}`);
