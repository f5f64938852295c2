import { CloudFailure } from '../scf/index.ts';
import type { LogTopic } from '../scf/index.ts';
import type { Actions } from './action.ts';
import { page } from './format.ts';
import type { Parameters } from './parameters.ts';

const TOPIC = ['TopicName', 'Period', 'StorageType', 'Describes'];
const everything = (): string => '*';

/** The calls about logsets and topics of the log service (CLS, 2020-10-16) that a deployment needs. */
export const LOG_ACTIONS: Actions = {
  CreateLogset: {
    required: ['LogsetName'],
    optional: [],
    resource: everything,
    run: (parameters, { logs, region }) => ({ LogsetId: logs.addLogset(parameters.text('LogsetName'), region) }),
  },
  CreateTopic: {
    required: ['LogsetId', 'TopicName'],
    optional: TOPIC,
    resource: everything,
    run(parameters, { logs, region }) {
      const topic = {
        name: parameters.text('TopicName'),
        logset: parameters.text('LogsetId'),
        period: parameters.optionalNumber('Period') ?? 30,
        storage: parameters.optionalText('StorageType') ?? 'hot',
        region,
      };
      return { TopicId: logs.addTopic(topic) };
    },
  },
  ModifyTopic: {
    required: ['TopicId'],
    optional: TOPIC,
    resource: (parameters) => `topic/${parameters.text('TopicId')}`,
    run(parameters, { logs, region }) {
      const period = parameters.optionalNumber('Period');
      logs.change(parameters.text('TopicId'), region, period === undefined ? {} : { period });
      return {};
    },
  },
  DescribeTopics: {
    required: [],
    optional: ['Filters', 'Offset', 'Limit'],
    resource: everything,
    run(parameters, { logs, region }) {
      const found = parameters.records('Filters').reduce<readonly LogTopic[]>(applyFilter, logs.list(region));
      const shown = page(found, parameters.optionalNumber('Offset'), parameters.optionalNumber('Limit'));
      return { Topics: shown.map(describe), TotalCount: found.length };
    },
  },
};

function applyFilter(topics: readonly LogTopic[], filter: Parameters): readonly LogTopic[] {
  const values = filter.values('Values');
  if (filter.text('Key') === 'topicId') return topics.filter(({ id }) => values.includes(id));
  if (filter.text('Key') === 'logsetId') return topics.filter(({ logset }) => values.includes(logset));
  throw new CloudFailure('InvalidParameter', 'DescribeTopics filters by topicId and logsetId here.');
}

function describe({ id, name, logset, period, storage }: LogTopic): object {
  return { TopicId: id, TopicName: name, LogsetId: logset, Period: period, StorageType: storage, Status: true };
}
