import { JSON_BODY, objectsUnder, putNew } from '../cos/index.ts';
import { decodeLease, encodeLease, type LeaseRecord } from './documents.ts';
import { endedAgo, merge, remainingOf, type Found } from './lease-record.ts';
import { digestOfTarget, leaseName, LEASES, readKnockName, readLeaseName } from './names.ts';
import type { Facts, StateDeps, Target } from './types.ts';
import { LEASE_TAIL_MS, ROUNDING_MS, SIGNATURE_LIFE_MS, YOUNG_LEASE_MS } from '../durations/index.ts';

const RESTARTS = 5;

/** Keys whose records are read at once. */
const READ_AT_ONCE = 64;

/** The traces of a killed run at a key. */
export interface Abandoned {
  readonly target: Target;
  readonly facts: Facts;
}

export interface Lease extends Facts {
  readonly name: string;
  /** Expired records of killed runs, which this run goes on from. */
  readonly inherited: readonly string[];
  /** Further leases of this run. They keep the key for copies that outlive the first one. */
  readonly further: Further[];
  /** ms since the last of those runs was over, at least; undefined when there was none. */
  readonly endedAgo?: number | undefined;
  /** Local clock, ms: when the request that created the lease was sent. */
  readonly sent: number;
  /** ms for which the lease is ours, counted from `sent` at the earliest. */
  readonly duration: number;
}

/** A lease that keeps the key for a copy. */
export interface Further {
  readonly name: string;
  /** Local clock, ms: the key is ours until then. */
  readonly until: number;
}

export type Acquired =
  | { readonly kind: 'held'; readonly lease: Lease }
  /**
   * `remaining`: ms until the lease expires, unless it is given back before. `name`: the lease that stands in the way.
   * `awaited`: its run is over, and only the copy of this attempt may still land.
   */
  | {
      readonly kind: 'taken';
      readonly remaining: number;
      readonly name: string;
      readonly awaited?: string | undefined;
    };

interface AcquireOptions {
  /**
   * Also finds records that were left behind above a free number. This takes one more listing, so it is used only where
   * time is not short.
   */
  readonly thorough?: boolean;
  /** An attempt whose copy has landed, so it need not be awaited. */
  readonly landed?: string | undefined;
}

/**
 * Which run works on a key. A lease is an object that can be created but not overwritten. It is given back by deleting
 * it, or it expires by the state bucket's own clock. An expired lease is not deleted but taken over under the next
 * number, so that a late request of its old holder can never free another run's lease.
 */
export class Leases {
  readonly #deps: StateDeps;
  readonly #prefix: string;

  /** `prefix`: where the leases lie on the state bucket. Other things than keys have another prefix. */
  constructor(deps: StateDeps, prefix = LEASES) {
    this.#deps = deps;
    this.#prefix = prefix;
  }

  /**
   * Takes the key, or returns for how long another run has it. `deadline` (ms since 1970) is when the platform ends the
   * run. The lease lives longer, so that no request of the run can take effect after it, except a slow copy.
   */
  async acquire(
    target: Target,
    facts: Facts,
    deadline: number,
    { thorough = false, landed }: AcquireOptions = {},
  ): Promise<Acquired> {
    const digest = digestOfTarget(target, this.#deps.hash);
    for (let i = 0; i < RESTARTS; i += 1) {
      const acquired = await this.#climb(digest, { target, facts, deadline, landed });
      if (acquired === 'again') continue;
      if (acquired.kind === 'held' && thorough)
        return { kind: 'held', lease: await this.#adopt(digest, acquired.lease) };
      return acquired;
    }
    return { kind: 'taken', remaining: ROUNDING_MS, name: leaseName(digest, 0, this.#prefix) };
  }

  /**
   * Keeps a key of this run for the copy of an attempt, which may take until `until` (ms since 1970, local clock) and
   * outlive the run. One request, and one more when the key is given back; none if a lease of the run lives that long.
   */
  async outlast(lease: Lease, target: Target, attempt: string, until: number): Promise<void> {
    if ([lease.sent + lease.duration, ...lease.further.map((one) => one.until)].some((end) => end >= until)) return;
    const digest = digestOfTarget(target, this.#deps.hash);
    const { source, destination, key } = target;
    const [sent, id] = [this.#deps.now(), this.#deps.unique()];
    const { floor, since } = lease;
    const record = { source, destination, key, floor, since, id, duration: until - sent, attempt };
    const own = readLeaseName(lease.name)?.number ?? 0;
    for (let number = own + 1 + lease.further.length; ; number += 1) {
      const name = leaseName(digest, number, this.#prefix);
      // A lease that an earlier run left under this number stays for the next run that looks.
      if (!(await this.#create(name, record)) && (await this.#read(name))?.record.id !== id) continue;
      lease.further.push({ name, until });
      return;
    }
  }

  /** Whether another run holds this lease now. */
  async isHeld(name: string): Promise<boolean> {
    const found = await this.#read(name);
    return found !== undefined && found.remaining > 0;
  }

  /** Gives the key back, but not the records of killed runs: the next run goes on from those. */
  async giveBack(lease: Lease): Promise<void> {
    await this.release({ ...lease, inherited: [] });
  }

  /**
   * Gives the key back with all records of killed runs, because their work is done or written down elsewhere. It does
   * nothing if the lease may expire before the request has surely landed: the lease is then nobody's.
   */
  async release(lease: Lease): Promise<void> {
    const further = lease.further.map(({ name }) => name);
    const until = Math.max(lease.sent + lease.duration, ...lease.further.map((one) => one.until));
    // P23b: A run deletes its own numbers, and those that it took over.
    const names = [...lease.inherited, lease.name, ...further];
    for (const name of names) {
      if (this.#deps.now() >= until - SIGNATURE_LIFE_MS) return;
      await this.#deps.cos.deleteObject(this.#deps.state, name);
    }
  }

  /**
   * Keys whose holder was killed: none of their leases is alive, and there is an expired record, or a knock that nobody
   * has heard. They come in batches, as they are found. A key with unreadable records is reported to `onProblem` and
   * skipped, so that the others are still found.
   */
  async *abandoned(onProblem: (error: unknown) => void): AsyncGenerator<readonly Abandoned[]> {
    const read = async (names: readonly string[]): Promise<Abandoned | undefined> => {
      try {
        return await this.#leftOver(names);
      } catch (error) {
        onProblem(error);
        return undefined;
      }
    };
    let batch: (readonly string[])[] = [];
    const found = async () => (await Promise.all(batch.map(read))).filter((one) => one !== undefined);
    for await (const names of this.#groups()) {
      batch.push(names);
      if (batch.length < READ_AT_ONCE) continue;
      yield await found();
      batch = [];
    }
    if (batch.length > 0) yield await found();
  }

  async #leftOver(names: readonly string[]): Promise<Abandoned | undefined> {
    const found = (await Promise.all(names.map((name) => this.#read(name)))).filter((one) => one !== undefined);
    const [first] = found;
    if (first === undefined || found.some((one) => one.remaining > 0)) return undefined;
    const { source, destination, key } = first.record;
    return { target: { source, destination, key }, facts: merge(found.map((one) => one.record)) };
  }

  async #climb(
    digest: string,
    {
      target,
      facts,
      deadline,
      landed,
    }: Pick<AcquireOptions, 'landed'> & {
      readonly target: Target;
      readonly facts: Facts;
      readonly deadline: number;
    },
  ): Promise<Acquired | 'again'> {
    const below: Found[] = [];
    for (;;) {
      const name = leaseName(digest, below.length, this.#prefix);
      const merged = merge([facts, ...below.map((one) => one.record)]);
      const sent = this.#deps.now();
      const id = this.#deps.unique();
      const { source, destination, key } = target;
      const duration = Math.max(0, deadline - sent) + LEASE_TAIL_MS;
      // P24: A lease outlives the last request of its run.
      const record = { source, destination, key, ...merged, id, duration };
      if (await this.#create(name, record)) {
        return this.#held(below, { name, sent, duration, ...merged });
      }
      const holder = await this.#read(name);
      if (holder === undefined) return 'again';
      // The client repeats a create after a dead connection, so an existing lease may be ours.
      if (holder.record.id === id) return this.#held(below, { name, sent, duration, ...merged });
      const { attempt } = holder.record;
      if (holder.remaining > 0 && (attempt === undefined || attempt !== landed))
        return { kind: 'taken', remaining: holder.remaining, name, awaited: attempt };
      // P23: An expired lease is taken over under the next number, and stays until the work is done.
      below.push(holder);
    }
  }

  async #held(below: readonly Found[], own: Omit<Lease, 'inherited' | 'further'>): Promise<Acquired | 'again'> {
    const lease = { ...own, inherited: below.map((one) => one.name), further: [], endedAgo: endedAgo(below) };
    if (await this.#unchanged(below)) return { kind: 'held', lease };
    await this.giveBack(lease);
    return 'again';
  }

  async #create(name: string, record: LeaseRecord): Promise<boolean> {
    const { cos, state } = this.#deps;
    return putNew(cos, state, name, encodeLease(record), JSON_BODY);
  }

  /**
   * Between reading an expired record and creating the next number, another run may have taken over, finished and
   * cleaned up, and a third one may hold a lower number anew. Then the new lease is void.
   */
  async #unchanged(below: readonly Found[]): Promise<boolean> {
    const now = await Promise.all(below.map((one) => this.#read(one.name)));
    return now.every((one, i) => one?.record.id === below[i]?.record.id);
  }

  async #adopt(digest: string, lease: Lease): Promise<Lease> {
    const known = new Set([lease.name, ...lease.inherited]);
    const names: string[] = [];
    const leases = objectsUnder(this.#deps.cos, this.#deps.state, `${this.#prefix}${digest}/`);
    // A run that deletes a knock has to look afterwards, so a knock is no record that goes with the lease.
    for await (const { key } of leases) if (!known.has(key) && readKnockName(key) === undefined) names.push(key);
    const others = await Promise.all(names.map((name) => this.#read(name)));
    const expired = others.filter((one) => one !== undefined && one.remaining <= 0) as Found[];
    return {
      ...lease,
      ...merge([lease, ...expired.map((one) => one.record)]),
      inherited: [...lease.inherited, ...expired.map((one) => one.name)],
      endedAgo: Math.min(lease.endedAgo ?? Number.POSITIVE_INFINITY, endedAgo(expired) ?? Number.POSITIVE_INFINITY),
    };
  }

  async #read(name: string): Promise<Found | undefined> {
    const object = await this.#deps.cos.getObject(this.#deps.state, name);
    if (object === undefined) return undefined;
    const written = decodeLease(name, object.body);
    // By COS's clock, the writes of the run are no older than its lease; the run's own clock may have been ahead. A
    // knock names no run.
    const since = readKnockName(name) === undefined ? object.lastModified - ROUNDING_MS : Number.POSITIVE_INFINITY;
    const record = { ...written, since: Math.min(written.since, since) };
    return { name, record, remaining: remainingOf(record, object) };
  }

  /** Names of leases and knocks by key, without keys that have one too young to have expired. */
  async *#groups(): AsyncGenerator<readonly string[]> {
    let group: string[] = [];
    let current = '';
    let isYoung = false;
    for await (const { key: name, lastModified } of objectsUnder(this.#deps.cos, this.#deps.state, this.#prefix)) {
      // P44: Knocks lie beside the leases.
      const digest = readLeaseName(name)?.digest ?? readKnockName(name);
      if (digest === undefined) continue;
      if (digest !== current) {
        if (group.length > 0 && !isYoung) yield group;
        group = [];
        isYoung = false;
      }
      current = digest;
      group.push(name);
      isYoung ||= this.#deps.now() - lastModified < YOUNG_LEASE_MS;
    }
    if (group.length > 0 && !isYoung) yield group;
  }
}
