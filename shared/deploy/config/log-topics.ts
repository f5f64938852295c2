import { DeployError } from '../error.ts';
import type { LogSettings } from '../types.ts';
import { readRegional, type RegionalContext } from './regional.ts';

/** CLS: `12345678-….-…`, or a name that its owner chose, followed by the APPID. */
const ID = /^[a-z\d](?:[a-z\d-]{1,60}[a-z\d])$/;
/** The number of days for which CLS keeps a log for ever. */
const FOR_EVER = 3640;
const MOST_DAYS = 3600;

const id = (value: unknown): boolean => typeof value === 'string' && ID.test(value);

const LIST = {
  setting: 'logs',
  form: `{ logset: ID, topic: ID, days: 30 }, where days is 1 to ${MOST_DAYS}, or ${FOR_EVER} for ever; without days the topic stays as it is`,
  fields: {
    logset: id,
    topic: id,
    days: (value: unknown) =>
      value === undefined ||
      (typeof value === 'number' &&
        Number.isInteger(value) &&
        ((value >= 1 && value <= MOST_DAYS) || value === FOR_EVER)),
  },
};

/** The topic of the log service in the deployed region. Throws `DeployError` with the line to change. */
export function readLogs(value: unknown, context: RegionalContext): LogSettings | undefined {
  const [first, second] = readRegional<LogSettings>(value, LIST, context);
  if (second === undefined) return first;
  throw new DeployError(
    `${context.locate(['logs'])}: logs has two entries for ${context.region}; functions write to one topic, so take one out.`,
    'LISTED_TWICE',
  );
}
