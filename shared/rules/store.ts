import { formatPlace } from '../cos/index.ts';
import type { Cos, Place } from '../cos/index.ts';
import { readRuleSet, writeRuleSet } from './state.ts';
import type { RuleSet } from './types.ts';

/** Longest time in ms for which `get` answers without asking the state bucket. */
const RULES_CACHE_TIME = 10_000;

/**
 * The rules of the source buckets, one object `rules/<bucket-appid>` each on the state bucket. It is written whole by
 * one PUT, so a reader sees one configuration or the other, never half of one, and of two writers the last one stands.
 *
 * Every method throws `CosError` with side `state`; reading throws `ServiceError` `InvalidState` on a damaged object.
 */
export interface RuleStore {
  /** Undefined: no rules. At most 10 s old; work that this makes needless is harmless, dropping is not: use `getFresh`. */
  get(source: Place): Promise<RuleSet | undefined>;
  /** What the state bucket says now. */
  getFresh(source: Place): Promise<RuleSet | undefined>;
  /**
   * What `get` and `getFresh` say, asked for together; where nothing is cached they are one and the same request. Who
   * works by the first while waiting for the second loses no time and misses no rule that was stored before.
   */
  getBoth(source: Place): {
    readonly known: Promise<RuleSet | undefined>;
    readonly fresh: Promise<RuleSet | undefined>;
  };
  /**
   * What is to be replaced, and a time by COS's own clock (ms since 1970, whole seconds) that is not later than it. The
   * clock of a function may be ahead of COS's, and a rule that starts by it would leave out what is written next.
   */
  getForUpdate(source: Place): Promise<{ readonly previous: RuleSet | undefined; readonly date: number }>;
  put(ruleSet: RuleSet): Promise<void>;
  /** Does nothing when there are none. */
  remove(source: Place): Promise<void>;
}

interface Cached {
  /** Time of the request, not of its answer: what was written in between is not in it. */
  readonly asked: number;
  readonly ruleSet: Promise<RuleSet | undefined>;
}

/** `now` in ms since 1970. */
export function createRuleStore({ cos, state, now }: { cos: Cos; state: Place; now: () => number }): RuleStore {
  const cache = new Map<string, Cached>();

  const read = (source: Place): Promise<RuleSet | undefined> => {
    const name = formatPlace(source);
    const asked = now();
    const ruleSet = cos
      .getObject(state, objectKey(source))
      .then((object) => (object === undefined ? undefined : readRuleSet(object.body, source)));
    const entry = { asked, ruleSet };
    cache.set(name, entry);
    // A failure is told to those who asked; the next one asks again.
    ruleSet.catch(() => {
      if (cache.get(name) === entry) cache.delete(name);
    });
    return ruleSet;
  };

  const cachedOf = (source: Place): Promise<RuleSet | undefined> | undefined => {
    const cached = cache.get(formatPlace(source));
    return cached !== undefined && now() - cached.asked < RULES_CACHE_TIME ? cached.ruleSet : undefined;
  };

  return {
    get: (source) => cachedOf(source) ?? read(source),
    getFresh: read,
    getBoth: (source) => {
      const cached = cachedOf(source);
      const fresh = read(source);
      return { known: cached ?? fresh, fresh };
    },
    getForUpdate: async (source) => {
      // One after the other: a clock that is read after the rules may be past a write that a rule of meanwhile covers.
      const { date } = await cos.headObject(state, objectKey(source));
      return { previous: await read(source), date };
    },
    put: async (ruleSet) => {
      const { source } = ruleSet;
      cache.delete(formatPlace(source));
      await cos.putObject(state, objectKey(source), writeRuleSet(ruleSet), { contentType: 'application/json' });
      cache.delete(formatPlace(source));
    },
    remove: async (source) => {
      cache.delete(formatPlace(source));
      await cos.deleteObject(state, objectKey(source));
      cache.delete(formatPlace(source));
    },
  };
}

function objectKey(source: Place): string {
  return `rules/${source.bucket}`;
}
