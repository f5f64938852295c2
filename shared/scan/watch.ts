import { RULES_BELIEVED_MS } from '../durations/index.ts';
import type { RuleSet } from '../rules/index.ts';
import type { ScanDocument } from './documents.ts';
import { rulesOfPair } from './scope.ts';
import type { PairStore } from './store.ts';
import type { ScanDeps } from './types.ts';

/** ms for which a run relies on the answer that its scan goes on. */
const GOES_ON_MS = 3000;

/** The checks that a run of a scan repeats while it works. */
export interface Watch {
  /** Whether the rules that the run began by are still in force; asked before each write. Throws `CosError`. */
  isInForce(): Promise<boolean>;
  /** Whether the scan is still the pair's current one and is not paused. Throws `CosError`. */
  isWanted(): Promise<boolean>;
}

/** `ruleSet`: the rules that the run began by, just read. */
export function createWatch(
  { engine }: ScanDeps,
  store: PairStore,
  scan: ScanDocument,
  ruleSet: RuleSet | undefined,
): Watch {
  const now = (): number => engine.now();
  const textOf = (rules: RuleSet | undefined): string => JSON.stringify(rulesOfPair(rules, scan));
  const pinned = textOf(ruleSet);
  return {
    isInForce: believed(
      now,
      RULES_BELIEVED_MS,
      async () => textOf(await engine.rules.getFresh(scan.source)) === pinned,
      { asked: now(), answer: Promise.resolve(true) },
    ),
    isWanted: believed(now, GOES_ON_MS, async () => {
      const [current, paused] = await Promise.all([store.scan(), store.paused()]);
      return current?.id === scan.id && current.state === 'running' && paused === undefined;
    }),
  };
}

interface Answered {
  readonly asked: number;
  readonly answer: Promise<boolean>;
}

/** Asks again only when the last answer is older than `life` ms. */
function believed(
  now: () => number,
  life: number,
  ask: () => Promise<boolean>,
  first?: Answered,
): () => Promise<boolean> {
  let last = first;
  return () => {
    if (last === undefined || now() - last.asked >= life) last = { asked: now(), answer: ask() };
    return last.answer;
  };
}
