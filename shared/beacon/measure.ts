import { formatPlace, samePlace, type Cos, type Place } from '../cos/index.ts';
import type { RuleSet } from '../rules/index.ts';
import { PairStore, signatureOf, type Pair } from '../scan/index.ts';
import type { Hash } from '../signing/index.ts';
import { digestOfTarget, hasFailed, isRecheck, listPending, type Task } from '../tasks/index.ts';
import { MOST_KEYS, MOST_RULES, type Beacon } from './document.ts';

export interface MeasureDeps {
  readonly cos: Cos;
  readonly state: Place;
  readonly hash: Hash;
  /** ms since 1970. */
  readonly now: () => number;
}

/** The most state objects that are read for one pair each minute. */
const EXAMINED = 2 * MOST_KEYS;

/** Measures how far a pair is, for a reader who has only the destination left. Throws `CosError`. */
export async function measure(deps: MeasureDeps, pair: Pair, ruleSet: RuleSet): Promise<Omit<Beacon, 'replaces'>> {
  const { source, destination } = pair;
  const [result, page] = await Promise.all([
    new PairStore(deps, pair).result(),
    listPending(deps, {
      accepts: (task) => samePlace(task.source, source) && samePlace(task.destination, destination) && !isRecheck(task),
      destination,
      marker: undefined,
      limit: MOST_KEYS,
      examined: EXAMINED,
    }),
  ]);
  const rules = ruleSet.rules.filter((rule) => samePlace(rule.destination, destination));
  // A result for other rules says nothing about these.
  const current = result?.signature === signatureOf(ruleSet, pair, deps.hash) ? result : undefined;
  const tasks = oldestOfEach(
    page.items.map(({ task }) => task),
    deps.hash,
  );
  const oldest = Math.min(...tasks.map(({ first }) => first));
  return {
    source: formatPlace(source),
    destination: formatPlace(destination),
    measuredAt: timeText(deps.now()),
    completeUpTo: current?.completeUpTo == null ? null : timeText(current.completeUpTo),
    scannedAt: current === undefined ? null : timeText(current.ended),
    pending: {
      keys: tasks.length,
      failed: tasks.filter(hasFailed).length,
      atLeast: page.marker !== undefined,
      oldest: tasks.length === 0 ? null : timeText(oldest),
      list: tasks.map((task) => ({
        key: task.key,
        since: timeText(task.first),
        cause: task.cause,
        failed: hasFailed(task),
      })),
    },
    rules: rules.slice(0, MOST_RULES).map(({ id, enabled, prefix, tags, deleteMarkers, storageClass }) => ({
      id,
      enabled,
      prefix,
      tags: tags.map(([name, value]): [string, string] => [name, value]),
      deleteMarkers,
      storageClass: storageClass ?? null,
    })),
    ruleCount: rules.length,
  };
}

/** Each key once, with the age of its oldest work; the oldest first. */
function oldestOfEach(tasks: readonly Task[], hash: Hash): readonly Task[] {
  const found = new Map<string, Task>();
  for (const task of tasks) {
    const name = digestOfTarget(task, hash);
    const known = found.get(name);
    if (known === undefined || task.first < known.first) found.set(name, task);
  }
  return [...found.values()].toSorted((a, b) => a.first - b.first);
}

const timeText = (ms: number): string => new Date(ms).toISOString();
