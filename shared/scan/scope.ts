import type { VersionEntry } from '../cos/index.ts';
import { refOfEntry } from '../identity/index.ts';
import { candidatesFor, governingRule, type Rule, type RuleSet } from '../rules/index.ts';
import type { Pair } from './names.ts';
import { samePlace } from '../cos/index.ts';

/** The rules of a pair whose prefix covers one key, and their demands beyond the scope of each version. */
export interface KeyRules {
  readonly rules: readonly Rule[];
  readonly terms: string;
}

const NONE: KeyRules = { rules: [], terms: '' };
/** Every key of the service itself begins with this; for those keys each rule is asked. */
const RESERVED = '.replication-';
const REMEMBERED = 1000;

/** The enabled rules of a pair. */
export const rulesOfPair = (ruleSet: RuleSet | undefined, { destination }: Pair): readonly Rule[] =>
  (ruleSet?.rules ?? []).filter((rule) => rule.enabled && samePlace(rule.destination, destination));

/** The longest common prefix of the rules' prefixes: every key in their scope begins with it. */
export function commonPrefix(prefixes: readonly string[]): string {
  const [first = '', ...others] = prefixes;
  let length = first.length;
  for (const other of others) {
    while (!other.startsWith(first.slice(0, length))) length -= 1;
  }
  // It must not end in the middle of a character, because a prefix is sent as UTF-8.
  const last = first.charCodeAt(length - 1);
  return first.slice(0, last >= 0xd800 && last < 0xdc00 ? length - 1 : length);
}

/** Finds the rules of one key after another; most keys have the same ones. */
export class PairRules {
  readonly #ruleSet: RuleSet | undefined;
  readonly #pair: Pair;
  readonly #prefixes: readonly string[];
  readonly #known = new Map<string, KeyRules>();

  constructor(ruleSet: RuleSet | undefined, pair: Pair) {
    this.#ruleSet = ruleSet;
    this.#pair = pair;
    this.#prefixes = [...new Set(rulesOfPair(ruleSet, pair).map(({ prefix }) => prefix))];
  }

  of(key: string): KeyRules {
    if (key.startsWith(RESERVED)) return this.#find(key);
    const matching = this.#prefixes.map((prefix) => (key.startsWith(prefix) ? '1' : '0')).join('');
    const known = this.#known.get(matching);
    if (known !== undefined) return known;
    const found = this.#find(key);
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(matching, found);
    return found;
  }

  #find(key: string): KeyRules {
    if (this.#ruleSet === undefined) return NONE;
    const group = candidatesFor(this.#ruleSet, key).find(({ destination }) =>
      samePlace(destination, this.#pair.destination),
    );
    if (group === undefined) return NONE;
    return {
      rules: group.rules,
      terms: JSON.stringify(group.rules.map(({ id, tags, kmsObjects }) => [id, tags, kmsObjects])),
    };
  }
}

/**
 * The rule that covers an entry of a listing, `position` counted from the newest. Listings show no tags; without `tags`
 * every tag filter counts as matching.
 */
export function ruleOfEntry(
  { rules }: KeyRules,
  entry: VersionEntry,
  position: number,
  tags?: readonly (readonly [string, string])[],
): Rule | undefined {
  if (rules.length === 0) return undefined;
  const { deleteMarker } = entry;
  const { time } = refOfEntry(entry);
  return governingRule(rules, { time: time / 1000, deleteMarker, current: position === 0 && !deleteMarker, tags });
}
