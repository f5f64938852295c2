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

  return {
    get: (source) => {
      const cached = cache.get(formatPlace(source));
      return cached !== undefined && now() - cached.asked < RULES_CACHE_TIME ? cached.ruleSet : read(source);
    },
    getFresh: read,
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
