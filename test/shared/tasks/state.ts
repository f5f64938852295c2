import { nodeHash, type Cos } from '../../../shared/cos/index.ts';
import { BehindMarks, Leases, Tasks, type StateDeps, type Task } from '../../../shared/tasks/index.ts';
import { BACKUP, createStorage, keyIn, SOURCE, START, STATE, watched } from '../../deployment/index.ts';

export { BACKUP, OTHER, START, STATE } from '../../deployment/index.ts';
export const TARGET = { source: SOURCE, destination: BACKUP, key: 'a/b' };

/** Runs before the request takes effect. */
export type Hook = (method: keyof Cos, key: string) => Promise<void> | void;

/** A state bucket with a clock that a test turns by hand, and as many runs on it as the test wants. */
export function stateBucket() {
  const clock = { ms: START };
  const storage = createStorage({ now: () => clock.ms, plain: [STATE] });
  const { cos: plain } = storage;
  let unique = 0;
  let requests = 0;

  /** A run of its own; its requests go through `before`, and its clock is wrong by `skew` ms. */
  const run = (before: Hook = () => undefined, change: Partial<Cos> = {}, skew = 0) => {
    const hooked = watched(plain, {
      before: (method, args) => {
        requests += 1;
        const { prefix = '' } = args[1] as { prefix?: string };
        return before(method, method === 'listObjects' ? prefix : keyIn(args));
      },
    });
    const cos: Cos = { ...hooked, ...change };
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
    keys: (prefix = ''): readonly string[] => storage.keys(STATE, prefix),
    body: async (key: string): Promise<unknown> =>
      JSON.parse(Buffer.from((await plain.getObject(STATE, key))?.body ?? []).toString()),
    put: (key: string, body: string) => plain.putObject(STATE, key, Buffer.from(body)),
    remove: (key: string) => storage.erase(STATE, key),
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
