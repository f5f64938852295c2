import { CloudFailure } from './failure.ts';
import { randomUuid } from './ids.ts';

/** A topic of the log service. */
export interface LogTopic {
  readonly id: string;
  readonly region: string;
  readonly logset: string;
  readonly name: string;
  /** Days that a log is kept; 3640: for ever. */
  readonly period: number;
  /** `hot` or `cold` */
  readonly storage: string;
}

/** The log service as the target of functions' logs. No log is written there. Calls throw `CloudFailure`. */
export interface LogTopics {
  /** Returns its ID. */
  addLogset(name: string, region: string): string;
  /** Returns its ID. */
  addTopic(topic: Omit<LogTopic, 'id'>): string;
  change(id: string, region: string, changes: Partial<Pick<LogTopic, 'period'>>): void;
  list(region: string): readonly LogTopic[];
  /** Whether the logset of this region has the topic. */
  has(region: string, logset: string, topic: string): boolean;
}

const FOR_EVER = 3640;

export function createLogTopics(random: () => number): LogTopics {
  const logsets = new Map<string, string>();
  const topics = new Map<string, LogTopic>();

  return {
    addLogset(_name, region) {
      const id = randomUuid(random);
      logsets.set(id, region);
      return id;
    },
    addTopic(topic) {
      if (logsets.get(topic.logset) !== topic.region) {
        throw new CloudFailure('ResourceNotFound.LogsetNotExist', `no logset ${topic.logset} in ${topic.region}`);
      }
      checkPeriod(topic);
      const id = randomUuid(random);
      topics.set(id, { ...topic, id });
      return id;
    },
    change(id, region, changes) {
      const found = topics.get(id);
      if (found?.region !== region) throw new CloudFailure('ResourceNotFound.TopicNotExist', `no topic ${id}`);
      const changed = { ...found, ...changes };
      checkPeriod(changed);
      topics.set(id, changed);
    },
    list: (region) => [...topics.values()].filter((topic) => topic.region === region),
    has(region, logset, id) {
      const topic = topics.get(id);
      return topic?.region === region && topic.logset === logset;
    },
  };
}

function checkPeriod({ period, storage }: Pick<LogTopic, 'period' | 'storage'>): void {
  const least = storage === 'cold' ? 7 : 1;
  if (period === FOR_EVER || (period >= least && period <= 3600)) return;
  if (storage === 'cold') throw new CloudFailure('FailedOperation.InvalidPeriod', `${period} days: 7 to 3600`);
  throw new CloudFailure('InvalidParameter', `Period ${period}: 1 to 3600 days, or ${FOR_EVER}`);
}
