import { DeployError } from '../error.ts';
import type { LogSettings } from '../types.ts';
import { CloudApiError, type CloudApi } from './cloud-api.ts';

/** The fields of a topic of the log service that are read. */
interface ListedTopic {
  readonly TopicId: string;
  readonly LogsetId: string;
  readonly TopicName?: string;
  /** Days. */
  readonly Period?: number;
}

/**
 * Days for which the topic keeps its logs. Throws `DeployError` when the topic does not exist, or belongs to another
 * logset.
 */
export async function readTopic(api: CloudApi, { logset, topic }: LogSettings): Promise<number | undefined> {
  const { Topics } = await api.call<{ readonly Topics?: readonly ListedTopic[] | null }>('cls', 'DescribeTopics', {
    Filters: [{ Key: 'topicId', Values: [topic] }],
    Offset: 0,
    Limit: 20,
  });
  const found = (Topics ?? []).find(({ TopicId }) => TopicId === topic);
  if (found?.LogsetId === logset) return found.Period;
  const problem = found === undefined ? 'is not there in this region' : `belongs to the logset ${found.LogsetId}`;
  throw new DeployError(
    `logs: the topic ${topic} ${problem}: correct logs in serverless.yml, or create the topic (console of the log service, CLS). Nothing was changed.`,
    'NO_LOG_TOPIC',
  );
}

/** Sets how long the topic keeps its logs, and says whether that has changed. Throws `DeployError` when refused. */
export async function keepLogs(api: CloudApi, logs: LogSettings): Promise<'updated' | 'unchanged'> {
  const { topic, days } = logs;
  const before = await readTopic(api, logs);
  if (days === undefined || before === days) return 'unchanged';
  try {
    await api.call('cls', 'ModifyTopic', { TopicId: topic, Period: days });
  } catch (error) {
    if (!(error instanceof CloudApiError) || !/Period/.test(error.code)) throw error;
    throw new DeployError(
      `logs: the topic ${topic} cannot keep logs for ${days} days: ${error.message}. Topics of infrequent storage keep them for 7 days or more.`,
      'LOG_PERIOD_REFUSED',
      error,
    );
  }
  return 'updated';
}
