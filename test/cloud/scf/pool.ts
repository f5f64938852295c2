import type { Instance, Outcome, Run } from './instance.ts';

/** A run that waits for an instance. */
export interface Job {
  /** Instances started for the same key are interchangeable: same code, same configuration. Read when one is free. */
  readonly key: string;
  /** The function, whatever its version. */
  readonly owner: string;
  /** How many instances the owner may keep busy at once. */
  readonly limit?: number | undefined;
  /** True: a caller waits for the answer, so the event goes before all events without a waiting caller. */
  readonly urgent: boolean;
  /** Read when an instance is free: true gives the job up. */
  stale(): boolean;
  start(): Instance;
  prepare(): Run;
}

export interface Pool {
  /**
   * Undefined: the job was given up before it began, by `stale` or by `close`. Rejects when `prepare` or `start`
   * throws.
   */
  run(job: Job): Promise<Outcome | undefined>;
  /** Whether a further run of this owner would exceed its limit. */
  atLimit(job: Pick<Job, 'owner' | 'limit'>): boolean;
  /** No more runs for instances of this key: the idle ones end now, the busy ones when they are done. */
  retire(key: string): void;
  kill(owner?: string): number;
  readonly queued: number;
  readonly running: number;
  readonly size: number;
  close(): Promise<void>;
}

interface Member {
  readonly key: string;
  readonly owner: string;
  readonly instance: Instance;
  busy: boolean;
  /** ms, by the clock of `performance`: since when its latest run has had the loaded code. */
  began: number;
  retired: boolean;
  reaper: NodeJS.Timeout | undefined;
}

interface Waiting {
  readonly job: Job;
  /** Place in the order of arrival. */
  readonly arrival: number;
  readonly resolve: (outcome: Outcome | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export interface PoolOptions {
  /** Processes at most. */
  readonly maxInstances: number;
  /** Events of a function, without waiting callers, do not start while this many of its runs are brief so far. */
  readonly briefAtOnce: number;
  /**
   * ms after which a run no longer counts as brief. It is then waiting rather than computing, so that others may start
   * beside it: nothing waits for a run that never ends.
   */
  readonly briefMs: number;
  /** How long a process without work is kept. */
  readonly idleMs: number;
}

/**
 * The instances of one region: processes with one event at a time each, kept warm for a while. A burst of events does not
 * start a process for each, because these would share the few processors of this machine, and none would become warm.
 */
export function createPool({ maxInstances, briefAtOnce, briefMs, idleMs }: PoolOptions): Pool {
  const members = new Set<Member>();
  const urgent: Waiting[] = [];
  /** By the owner, so that no function waits for another one's burst. */
  const patient = new Map<string, Waiting[]>();
  let arrivals = 0;
  let closed = false;
  let alarm: NodeJS.Timeout | undefined;

  const busyOf = (owner: string) => count(members, (member) => member.busy && member.owner === owner);
  const atLimit = ({ owner, limit }: Pick<Job, 'owner' | 'limit'>) => limit !== undefined && busyOf(owner) >= limit;
  const leaving = () => count(members, ({ instance }) => !instance.alive);
  const idle = (matches: (member: Member) => boolean) =>
    [...members].filter((member) => !member.busy && member.instance.alive && matches(member));

  function pump(): void {
    for (let place = 0; place < urgent.length;) {
      const taken = take(urgent, place);
      if (taken === 'full') return;
      if (taken === 'limited') place++;
    }
    const open = new Map(patient);
    for (let next = oldest(open); next !== undefined; next = oldest(open)) {
      const [owner, queue] = next;
      const taken = isCrowded(owner) ? 'limited' : take(queue, 0);
      if (taken === 'full') return;
      if (taken === 'limited') open.delete(owner);
    }
  }

  /** Starts the job at this place of a queue or gives it up; otherwise says why it waits. */
  function take(queue: Waiting[], place: number): 'taken' | 'limited' | 'full' {
    const waiting = queue[place];
    if (waiting?.job.stale() === true) waiting.resolve(undefined);
    else if (waiting !== undefined && atLimit(waiting.job)) return 'limited';
    else if (waiting !== undefined && !serve(waiting)) return 'full';
    queue.splice(place, 1);
    return 'taken';
  }

  /** Whether events of a function must wait; if so, the pool looks again at the end of a run, or when one is no longer brief. */
  function isCrowded(owner: string): boolean {
    const now = performance.now();
    const brief = [...members].filter(({ busy, began }) => busy && now - began < briefMs);
    if (count(brief, (member) => member.owner === owner) < briefAtOnce) return false;
    const first = Math.min(...brief.map(({ began }) => began));
    if (first < Infinity) alarm ??= setTimeout(lookAgain, first + briefMs - now).unref();
    return true;
  }

  function queueOf({ urgent: isUrgent, owner }: Job): Waiting[] {
    if (isUrgent) return urgent;
    const queue = patient.get(owner) ?? [];
    patient.set(owner, queue);
    return queue;
  }

  const waiting = (): Waiting[] => [urgent, ...patient.values()].flat();

  function lookAgain(): void {
    alarm = undefined;
    pump();
  }

  /** False when there is no room. */
  function serve(waiting: Waiting): boolean {
    // The one used last, so that the others may be reaped.
    const warm = idle((member) => member.key === waiting.job.key).at(-1);
    if (!warm && members.size >= maxInstances) {
      if (leaving() === 0) idle(() => true)[0]?.instance.kill();
      return false;
    }
    occupy(waiting, warm).then(waiting.resolve, waiting.reject);
    return true;
  }

  async function occupy({ job }: Waiting, warm: Member | undefined): Promise<Outcome> {
    const run = job.prepare();
    const member = warm ?? join(job);
    clearTimeout(member.reaper);
    member.busy = true;
    member.began = warm ? performance.now() : Infinity;
    // Moves it to the end of the set, whose order is the order of use.
    members.delete(member);
    members.add(member);
    const outcome = await member.instance.run(run);
    member.busy = false;
    if (member.retired) member.instance.kill();
    if (member.instance.alive) {
      member.reaper = setTimeout(() => member.instance.kill(), idleMs);
      member.reaper.unref();
    }
    queueMicrotask(pump);
    return outcome;
  }

  function join(job: Job): Member {
    const instance = job.start();
    const { key, owner } = job;
    const member: Member = { key, owner, instance, busy: false, began: Infinity, retired: false, reaper: undefined };
    members.add(member);
    void instance.loaded.then(() => {
      member.began = performance.now();
      pump();
    });
    void instance.exited.then(() => {
      clearTimeout(member.reaper);
      members.delete(member);
      pump();
    });
    return member;
  }

  return {
    run(job) {
      if (closed) return Promise.resolve(undefined);
      return new Promise((resolve, reject) => {
        queueOf(job).push({ job, arrival: arrivals++, resolve, reject });
        pump();
      });
    },
    atLimit,
    retire(key) {
      for (const member of members) {
        if (member.key !== key) continue;
        member.retired = true;
        if (!member.busy) member.instance.kill();
      }
    },
    kill(owner) {
      const victims = [...members].filter((member) => owner === undefined || member.owner === owner);
      for (const { instance } of victims) instance.kill();
      return victims.length;
    },
    get queued() {
      return waiting().length;
    },
    get running() {
      return count(members, ({ busy }) => busy);
    },
    get size() {
      return members.size;
    },
    async close() {
      closed = true;
      clearTimeout(alarm);
      for (const { resolve } of waiting()) resolve(undefined);
      urgent.length = 0;
      patient.clear();
      const leaving = [...members].map(({ instance }) => {
        instance.kill();
        return instance.exited;
      });
      await Promise.all(leaving);
    },
  };
}

/** The queue whose first job came before those of the others; none when all are empty. */
function oldest(queues: ReadonlyMap<string, Waiting[]>): [owner: string, queue: Waiting[]] | undefined {
  let first: [owner: string, queue: Waiting[]] | undefined;
  let earliest = Infinity;
  for (const entry of queues) {
    const { arrival = Infinity } = entry[1][0] ?? {};
    if (arrival < earliest) [first, earliest] = [entry, arrival];
  }
  return first;
}

function count<T>(items: Iterable<T>, matches: (item: T) => boolean): number {
  let total = 0;
  for (const item of items) if (matches(item)) total++;
  return total;
}
