import { causeOf, isHalt, type Finding, type HandOver } from '../replication/index.ts';
import type { RuleSet } from '../rules/index.ts';
import { ServiceError } from '../errors/index.ts';
import { isOfOneObject } from '../tasks/index.ts';
import {
  commonPrefix,
  isSlowDown,
  nextKey,
  Pace,
  PairRules,
  rulesOfPair,
  VersionStream,
  type Cursor,
  type KeyStacks,
  type Pair,
} from '../scan/index.ts';
import type { VerifyItem, VerifyJob, VerifyRange } from './documents.ts';
import { isReadable, KeyFindings, workOf } from './key.ts';
import { PART_ITEMS, partsOf } from './parts.ts';
import { readChecksum } from './read-bytes.ts';
import type { VerifyStore } from './store.ts';
import { addAmount, addSums } from './sums.ts';
import type { VerifyDeps } from './types.ts';
import { CHECKPOINT_MS, VERIFY_BLOCKED_MS, VERIFY_LONG_RUN_MS } from '../durations/index.ts';

/** Most items that a range lists; further differences are only counted. */
const MOST_LISTED = 200 * PART_ITEMS;
/** ms between two checks whether the verification goes on. */
const GOES_ON_MS = 5000;
/**
 * Number of runs, a few minutes apart, that try a failing key. After them it counts as unverified, and the next key is
 * tried.
 */
const FAILED_RUNS = 3;
/** Tries of one key while COS asks for fewer requests. */
const TRIES = 4;
/** Replicas whose bytes are read at once. */
const READ_AT_ONCE = 4;

const NO_WITNESS = { begin: () => undefined, source: () => undefined, destination: () => undefined };

export interface WalkOptions {
  readonly deps: VerifyDeps;
  readonly store: VerifyStore;
  readonly job: VerifyJob;
  readonly ruleSet: RuleSet | undefined;
  /** ms since 1970: no request is begun afterwards. */
  readonly stop: number;
  /** Called every few seconds. */
  readonly goesOn: () => Promise<boolean>;
}

type Outcome = KeyFindings | 'hand-over' | { readonly failed: string };

interface Item {
  readonly key: string;
  readonly found: Promise<Outcome>;
}

/**
 * Compares a range of keys on both sides, or goes on with it, and records each version that differs. No result of
 * earlier scans is used: both sides of each version are requested. Writes down its progress before it ends. Returns the
 * range.
 */
export async function walkRange(options: WalkOptions, range: VerifyRange): Promise<VerifyRange> {
  const walk = new VerifyWalk(options, range);
  try {
    if ((await walk.run()) === 'end') walk.range.done = options.deps.state.now();
  } finally {
    await walk.writeDown();
  }
  return walk.range;
}

class VerifyWalk {
  readonly range: VerifyRange;
  readonly #options: WalkOptions;
  readonly #pair: Pair;
  readonly #pairIndex: number;
  readonly #rules: PairRules;
  readonly #pace: Pace;
  readonly #begun: number;
  #list: VerifyItem[] = [];
  #written: number;
  #asked: number;
  #rest: Promise<void> | undefined;
  #committed = 0;

  constructor(options: WalkOptions, range: VerifyRange) {
    const { job, deps, ruleSet } = options;
    this.#options = options;
    this.range = structuredClone(range);
    this.#pairIndex = job.ranges[range.number]?.pair ?? 0;
    const destination = job.pairs[this.#pairIndex]?.destination;
    if (destination === undefined) throw new Error(`verification ${job.id} has no range ${range.number}`);
    this.#pair = { source: job.source, destination };
    this.#rules = new PairRules(ruleSet, this.#pair);
    this.#pace = new Pace(job.deep ? READ_AT_ONCE : deps.keysAtOnce, { now: deps.state.now, random: deps.random });
    this.#begun = deps.state.now();
    this.#written = this.#begun;
    this.#asked = this.#begun;
  }

  async run(): Promise<'end' | 'stopped'> {
    const { now } = this.#options.deps.state;
    this.range.blocked = null;
    const [source, destination] = this.#streams();
    const queue: Item[] = [];
    try {
      while (now() < this.#options.stop && (await this.#isWanted())) {
        if (this.#rest !== undefined) await this.#rest;
        const stacks = await nextKey(source, destination, NO_WITNESS);
        if (stacks === undefined) return (await this.#commit(queue, 0)) ? 'end' : 'stopped';
        const found = this.#begin(stacks);
        if (found !== undefined) queue.push({ key: stacks.key, found });
        else if (queue.length === 0) this.range.cursor = stacks.key;
        if (!(await this.#commit(queue, this.#pace.limit - 1))) return 'stopped';
        if (this.#list.length >= PART_ITEMS || now() - this.#written >= CHECKPOINT_MS) await this.writeDown();
      }
      await this.#commit(queue, 0);
      return 'stopped';
    } finally {
      await Promise.allSettled(queue.map(({ found }) => found));
    }
  }

  /** The part of the list first, because it is read only if the range counts it. */
  async writeDown(): Promise<void> {
    const { store, deps } = this.#options;
    const list = this.#list;
    this.#list = [];
    for (const items of partsOf(list)) {
      await store.putPart(this.range.number, this.range.parts, items);
      this.range.parts += 1;
      this.range.told += items.length;
    }
    await store.putRange(this.range);
    this.#written = deps.state.now();
  }

  #streams(): [VersionStream, VersionStream] {
    const { job, deps, ruleSet } = this.#options;
    const { after, upTo } = job.ranges[this.range.number] ?? { after: null, upTo: null };
    const common = commonPrefix(rulesOfPair(ruleSet, this.#pair).map(({ prefix }) => prefix));
    const prefix = common.startsWith(job.prefix) ? common : job.prefix;
    const bounds = { after: this.range.cursor ?? after ?? undefined, upTo: upTo ?? undefined };
    const read = (side: 'source' | 'destination') => (cursor: Cursor | undefined) =>
      deps.state.cos.listVersions(this.#pair[side], {
        ...(prefix === '' ? {} : { prefix }),
        maxKeys: 1000,
        ...cursor,
      });
    return [new VersionStream(read('source'), bounds), new VersionStream(read('destination'), bounds)];
  }

  /** Undefined when no rule covers the key, or the source has nothing under it. */
  #begin(stacks: KeyStacks): Promise<Outcome> | undefined {
    const { rules } = this.#rules.of(stacks.key);
    if (rules.length === 0 || stacks.source.length === 0 || !stacks.key.startsWith(this.#options.job.prefix))
      return undefined;
    const found = this.#look(stacks);
    // The results are awaited in the order of the keys.
    found.catch(() => undefined);
    return found;
  }

  async #look(stacks: KeyStacks): Promise<Outcome> {
    const { deps, job, stop } = this.#options;
    const { now, hash } = deps.state;
    const { key } = stacks;
    for (let attempt = 1; ; attempt += 1) {
      const findings = new KeyFindings(key, this.#pairIndex, hash);
      try {
        const work = workOf(this.#pair.source, this.#pair.destination, key, this.#rules.of(key).rules);
        const shown = await deps.inspect(work, {
          listed: stacks.whole && attempt === 1 ? stacks : undefined,
          upTo: job.upTo,
          stop,
          see: async (finding) => {
            const read = await this.#readAgain(key, finding, findings);
            if (isHalt(read)) return read;
            findings.add(finding, read);
            return undefined;
          },
        });
        if (isHalt(shown)) return 'hand-over';
        if (shown !== undefined) findings.shown(shown);
        return findings.end();
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        if (!isSlowDown(error) || attempt >= TRIES || now() >= stop) return { failed: causeOf(error) };
        await this.#slowDown();
      }
    }
  }

  async #readAgain(key: string, finding: Finding, { sums }: KeyFindings): Promise<string | HandOver | undefined> {
    const { deps, job, stop } = this.#options;
    if (!job.deep || finding.kind !== 'there') return undefined;
    const { versionId, head } = finding.replica;
    if (!isReadable(finding)) {
      addAmount(sums.unread, [1, head.size]);
      return undefined;
    }
    const name = this.#readingOf(key, versionId);
    return readChecksum({
      cos: deps.state.cos,
      place: this.#pair.destination,
      key,
      versionId,
      size: head.size,
      begun: this.range.reading[name],
      onProgress: (reading) => void (this.range.reading[name] = reading),
      hasTime: () => deps.state.now() < stop,
    });
  }

  /**
   * Counts finished keys in their order, until at most `most` are in progress. Returns false when the run has to end.
   */
  async #commit(queue: Item[], most: number): Promise<boolean> {
    while (queue.length > most) {
      const [first] = queue as [Item];
      const found = await first.found;
      const findings = this.#judge(first.key, found);
      if (findings === undefined) return false;
      addSums(this.range.sums, findings.sums);
      this.#tell(findings.items);
      this.range.cursor = first.key;
      this.#committed += 1;
      const mine = this.#readingOf(first.key, '');
      for (const name of Object.keys(this.range.reading)) if (name.startsWith(mine)) delete this.range.reading[name];
      queue.shift();
    }
    return true;
  }

  /** Undefined when another run has to compare the key. */
  #judge(key: string, found: Outcome): KeyFindings | undefined {
    const { now } = this.#options.deps.state;
    const { range } = this;
    if (found instanceof KeyFindings) {
      range.tries = 0;
      this.#pace.went();
      return found;
    }
    const unverified = (cause: string): KeyFindings => {
      const findings = new KeyFindings(key, this.#pairIndex, this.#options.deps.state.hash);
      findings.unverified(cause);
      return findings.end();
    };
    if (found === 'hand-over') {
      // A run that began with this key and could not finish it never would. The checksum of the bytes that it read is
      // kept.
      const isEndless = this.#committed === 0 && now() - this.#begun >= VERIFY_LONG_RUN_MS && !this.#options.job.deep;
      return isEndless ? unverified('depth') : undefined;
    }
    if (isOfOneObject(found.failed) || range.tries >= FAILED_RUNS) return unverified(found.failed);
    range.tries += 1;
    range.blocked = found.failed;
    range.notBefore = now() + range.tries * VERIFY_BLOCKED_MS;
    return undefined;
  }

  #tell(items: readonly VerifyItem[]): void {
    if (this.range.told >= MOST_LISTED) return;
    for (const item of items) this.#list.push(item);
  }

  /**
   * A name of fixed length: a key may take 5 kB in JSON, and each of its versions has a name until all have been read.
   */
  #readingOf(key: string, versionId: string): string {
    return `${this.#options.deps.state.hash.sha256(key).slice(0, 32)} ${versionId}`;
  }

  async #isWanted(): Promise<boolean> {
    const { deps, goesOn } = this.#options;
    if (deps.state.now() - this.#asked < GOES_ON_MS) return true;
    this.#asked = deps.state.now();
    return goesOn();
  }

  async #slowDown(): Promise<void> {
    const rest = this.#options.deps.sleep(this.#pace.refused());
    this.#rest = rest;
    await rest;
    if (this.#rest === rest) this.#rest = undefined;
  }
}
