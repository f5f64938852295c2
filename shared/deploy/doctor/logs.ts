import { readTopic } from '../cloud/log-topic.ts';
import { DEPLOY, warning, type Check } from './types.ts';

/** Checks that the topic of the logs exists, and keeps them for as long as serverless.yml says. */
export const checkLogs: Check = async ({ settings: { logs }, api }) => {
  if (logs === undefined) return [];
  const days = await readTopic(api, logs);
  if (logs.days === undefined || days === logs.days) return [];
  return [warning(`log topic ${logs.topic}`, `keeps logs for ${days ?? 'unknown'} days, not for ${logs.days}`, DEPLOY)];
};
