import { nodeHash, type Cos } from '../../../shared/cos/index.ts';
import { BehindMarks, Leases, Tasks, type StateDeps, type Task } from '../../../shared/tasks/index.ts';
import { createCoreCos } from '../../deployment/core-cos.ts';
import { createBlobStore, createCore } from '../../cloud/cos/index.ts';

export const STATE = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };
const SOURCE = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
export const BACKUP = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
export const OTHER = { bucket: 'other-1250000000', region: 'ap-beijing' };
export const TARGET = { source: SOURCE, destination: BACKUP, key: 'a/b' };
/** A whole minute, so that due times are exact. */
export const START = Date.UTC(2026, 0, 1);

type Method = 'getObject' | 'putObject' | 'deleteObject' | 'listObjects';
/** Runs before the request takes effect. */
export type Hook = (method: Method, key: string) => Promise<void> | void;

/** A state bucket with a clock that a test turns by hand, and as many runs on it as the test wants. */
export function stateBucket() {
  const clock = { ms: START };
  const core = createCore({ now: () => clock.ms, random: () => 0.5 });
  core.createBucket(STATE.bucket, STATE.region);
  const blobs = createBlobStore();
  const plain = createCoreCos(core, blobs, () => clock.ms);
  let unique = 0;
  let requests = 0;
  const request = { requestId: 'test' };

  /** A run of its own; its requests go through `before`, and its clock is wrong by `skew` ms. */
  const run = (before: Hook = () => undefined, change: Partial<Cos> = {}, skew = 0) => {
    const hooked = async <T>(method: Method, key: string, call: () => Promise<T>): Promise<T> => {
      requests += 1;
      await before(method, key);
      return call();
    };
    const cos: Cos = {
      ...plain,
      getObject: (place, key) => hooked('getObject', key, () => plain.getObject(place, key)),
      putObject: (place, key, body, options) =>
        hooked('putObject', key, () => plain.putObject(place, key, body, options)),
      deleteObject: (place, key, versionId) =>
        hooked('deleteObject', key, () => plain.deleteObject(place, key, versionId)),
      listObjects: (place, query) => hooked('listObjects', query.prefix ?? '', () => plain.listObjects(place, query)),
      ...change,
    };
    const deps: StateDeps = {
      cos,
      state: STATE,
      hash: nodeHash,
      now: () => clock.ms + skew,
      unique: () => `u${(unique += 1)}`,
    };
    return { leases: new Leases(deps), tasks: new Tasks(deps), behind: new BehindMarks(deps, 3) };
  };

  return {
    clock,
    plain,
    run,
    requests: () => requests,
    keys: (prefix = ''): readonly string[] =>
      core.listObjects(STATE.bucket, STATE.region, { prefix }).entries.map((entry) => entry.key),
    body: async (key: string): Promise<unknown> =>
      JSON.parse(Buffer.from((await plain.getObject(STATE, key))?.body ?? []).toString()),
    put: (key: string, body: string) => plain.putObject(STATE, key, Buffer.from(body)),
    remove: (key: string) => core.deleteObject(STATE.bucket, STATE.region, key, undefined, request),
  };
}

export const taskWith = (change: Partial<Task> = {}): Task => ({
  ...TARGET,
  hints: [],
  floor: 0,
  since: Number.POSITIVE_INFINITY,
  cause: 'taken',
  attempts: 0,
  first: START,
  ...change,
});

export const FACTS = { floor: 7, since: Number.POSITIVE_INFINITY };
