import { formatPlace } from '../cos/index.ts';
import type { Cos, Place, StoredObject } from '../cos/index.ts';
import { LARGEST_OBJECT, readDocument, readRuleSet, writeRules } from './state.ts';
import { takeTurn } from './turn.ts';
import type { RuleSet, StoredRules } from './types.ts';
import { REGION_SLACK_MS, RULES_CACHE_MS, RULES_NEW_MS, TURN_WAIT_MS } from '../durations/index.ts';

/**
 * The rules of the source buckets, one object `rules/<bucket-appid>` for each on the state bucket. Each is written by a
 * single PUT, so a reader sees one configuration or the other and never half of one. Of two writers the last one wins.
 *
 * Every method throws `CosError` with side `state`; reading throws `ServiceError` `InvalidRules` on a damaged object.
 */
export interface RuleStore {
  /** The rules that are on the state bucket now; undefined when there are none. */
  getFresh(source: Place): Promise<RuleSet | undefined>;
  /**
   * The remembered rules, at most 10 s old, and the result of `getFresh`, requested together. Where nothing is
   * remembered, both are the same request. A run starts with `known` and checks against `fresh` before it writes: no
   * time is lost, and no rule that was stored before is missed. `written`: when the object was written, in ms since
   * 1970 by COS's clock. Rules that were read after that, and half a second ago at most, are not requested again.
   */
  getBoth(source: Place, written?: number): BothRules;
  /**
   * The rules that are to be replaced, and a time by COS's own clock (ms since 1970, whole seconds) that is not later
   * than the rules. The clock of a function may be ahead of COS's, and a rule that starts by it would leave out the
   * next writes.
   */
  getForUpdate(source: Place): Promise<ForUpdate>;
  /** The document as it is returned, and when it was stored (ms since 1970). */
  getDocument(source: Place): Promise<GivenDocument | undefined>;
  /**
   * Runs `work` while no other caller runs any for the same source, for example to store rules if they have not
   * changed. While another caller has the turn, `patient` work waits for seconds. Throws `ServiceError`
   * `ServiceUnavailable` (503) when the turn did not come.
   */
  inTurn<T>(source: Place, work: () => Promise<T>, patience?: 'patient'): Promise<T>;
  put(stored: StoredRules): Promise<void>;
  /** Removes the rules; does nothing when there are none. */
  remove(source: Place): Promise<void>;
}

export interface BothRules {
  readonly known: Promise<RuleSet | undefined>;
  readonly fresh: Promise<RuleSet | undefined>;
  /** Time at which `fresh` was requested, in ms since 1970. */
  readonly asked: number;
}

export interface ForUpdate {
  readonly previous: RuleSet | undefined;
  /** Changes with every PUT; undefined when there are no rules. */
  readonly etag: string | undefined;
  readonly date: number;
}

export interface GivenDocument {
  readonly xml: string;
  readonly created: number;
  readonly etag: string;
}

interface Read {
  readonly etag: string;
  /** Time of the answer in ms since 1970, whole seconds, by COS's clock. */
  readonly date: number;
  readonly ruleSet: RuleSet;
}

interface Cached {
  /** Time of the request, not of its answer: rules that were stored in between are missing. */
  readonly asked: number;
  readonly read: Promise<Read | undefined>;
  /** The answer, once it has come. */
  answer?: Read;
}

/** ms between two tries to get a turn. */
const TURN_LOOK_MS = 250;
const realSleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The rules on the state bucket. */
export const RULES = 'rules/';

export interface RuleStoreOptions {
  readonly cos: Cos;
  readonly state: Place;
  /** ms since 1970. */
  readonly now: () => number;
  /** ms; real timers unless a test controls the clock. */
  readonly sleep?: (ms: number) => Promise<void>;
}

export function createRuleStore({ cos, state, now, sleep = realSleep }: RuleStoreOptions): RuleStore {
  const cache = new Map<string, Cached>();

  const load = (source: Place, unless?: string): Promise<StoredObject | undefined> =>
    cos.getObject(state, objectKey(source), { limit: LARGEST_OBJECT, unless });

  /** The same bytes as before are neither fetched nor parsed again: a thousand rules take longer than a copy. */
  const read = async (source: Place, earlier?: Cached): Promise<Read | undefined> => {
    const answer = earlier?.answer;
    const object = await load(source, answer?.etag);
    if (object === undefined) return undefined;
    if (object.unchanged && answer !== undefined) return { ...answer, date: object.date };
    const { etag, body, date } = object;
    // The callers of that read see its failure.
    const known = await earlier?.read.catch(() => undefined);
    return { etag, date, ruleSet: known?.etag === etag ? known.ruleSet : await readRuleSet(body, source) };
  };

  const remember = (source: Place, before: Cached | undefined): Promise<Read | undefined> => {
    const name = formatPlace(source);
    const entry: Cached = { asked: now(), read: read(source, before) };
    cache.set(name, entry);
    const answered = (found: Read | undefined): void => {
      if (found !== undefined) entry.answer = found;
    };
    // The callers of this read see its failure; the next caller reads again.
    entry.read.then(answered, () => {
      if (cache.get(name) === entry) cache.delete(name);
    });
    return entry.read;
  };

  const getFresh = async (source: Place): Promise<RuleSet | undefined> => (await read(source))?.ruleSet;

  return {
    getFresh,
    getBoth: (source, written = Number.POSITIVE_INFINITY) => {
      const asked = now();
      const before = cache.get(formatPlace(source));
      if (before !== undefined && isLater(before, written) && Math.abs(asked - before.asked) < RULES_NEW_MS) {
        const fresh = ruleSetOf(before.read);
        return { known: fresh, fresh, asked: before.asked };
      }
      const usable = before !== undefined && asked - before.asked < RULES_CACHE_MS;
      const fresh = ruleSetOf(remember(source, before));
      return { known: usable ? ruleSetOf(before.read) : fresh, fresh, asked };
    },
    getForUpdate: async (source) => {
      // In this order: if the clock were read after the rules, it could be later than a write that a rule stored in
      // between covers.
      const { date } = await cos.headObject(state, objectKey(source));
      const current = await read(source);
      return { previous: current?.ruleSet, etag: current?.etag, date };
    },
    getDocument: async (source) => {
      const object = await load(source);
      return object === undefined ? undefined : { ...(await readDocument(object.body, source)), etag: object.etag };
    },
    inTurn: (source, work, patience) => {
      const until = now() + (patience === undefined ? 0 : TURN_WAIT_MS);
      const mayWait = async (): Promise<boolean> => {
        if (now() >= until) return false;
        await sleep(TURN_LOOK_MS);
        return true;
      };
      return takeTurn({ cos, state }, `${objectKey(source)}/turn-`, work, mayWait);
    },
    put: async (stored) => {
      const { source } = stored;
      cache.delete(formatPlace(source));
      const body = await writeRules(stored);
      await cos.putObject(state, objectKey(source), body, { contentType: 'application/x-ndjson' });
      cache.delete(formatPlace(source));
    },
    remove: async (source) => {
      cache.delete(formatPlace(source));
      await cos.deleteObject(state, objectKey(source));
      cache.delete(formatPlace(source));
    },
  };
}

/**
 * The rules of a source that are on a state bucket now; undefined when there are none. Throws `CosError`, and
 * `ServiceError` `InvalidRules`.
 */
export async function storedRules(
  { cos, state }: { readonly cos: Pick<Cos, 'getObject'>; readonly state: Place },
  source: Place,
): Promise<RuleSet | undefined> {
  const object = await cos.getObject(state, objectKey(source), { limit: LARGEST_OBJECT });
  return object && readRuleSet(object.body, source);
}

/**
 * Whether these rules were read after an object was written. If so, no rule that was stored before the write is
 * missing.
 */
function isLater({ answer }: Cached, written: number): boolean {
  // P29d: Both clocks are of one region.
  return answer !== undefined && answer.date - REGION_SLACK_MS >= written;
}

async function ruleSetOf(read: Promise<Read | undefined>): Promise<RuleSet | undefined> {
  return (await read)?.ruleSet;
}

function objectKey(source: Place): string {
  return `${RULES}${source.bucket}`;
}
