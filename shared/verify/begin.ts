import type { Place } from '../cos/index.ts';
import type { RuleSet } from '../rules/index.ts';
import { PairStore, signatureOf, type Pair } from '../scan/index.ts';
import type { VerifyJob } from './documents.ts';
import { RANGES_AT_ONCE } from './keep.ts';
import { verifyId } from './names.ts';
import { openVerify, startRange } from './starts.ts';
import { VerifyStore } from './store.ts';
import type { VerifyState } from './types.ts';

export interface BeginQuery {
  readonly source: Place;
  readonly pairs: readonly Pair[];
  readonly ruleSet: RuleSet;
  readonly prefix: string;
  /** ms since 1970. */
  readonly upTo: number;
  readonly deep: boolean;
  /** ms since 1970, by COS's own clock. */
  readonly started: number;
  /** The API key that requested it, as named by `ownerOf`. */
  readonly owner: string;
}

/** The most ranges of a verification: each answer reads the state of all of them. */
const MOST_RANGES = 256;

/** Begins a verification for the function `scan`, with the ranges of the last scan of each pair. Throws `CosError`. */
export async function beginVerify(state: VerifyState, query: BeginQuery): Promise<VerifyStore> {
  const { source, pairs, ruleSet, owner, ...about } = query;
  const id = verifyId(about.started, state.now(), `${owner}${state.unique()}`);
  const most = Math.max(1, Math.floor(MOST_RANGES / pairs.length));
  const ranges = await Promise.all(pairs.map((pair, index) => rangesOf(state, pair, index, about.prefix, most)));
  const job: VerifyJob = {
    ...about,
    id,
    source,
    pairs: pairs.map((pair) => ({ destination: pair.destination, signature: signatureOf(ruleSet, pair, state.hash) })),
    ranges: ranges.flat(),
  };
  const store = new VerifyStore(state, { bucket: source.bucket, id });
  await store.putJob(job);
  await openVerify(state, store.name, job.ranges.length);
  const first = job.ranges.slice(0, RANGES_AT_ONCE);
  await Promise.all(first.map((_, number) => startRange(state, store.name, number)));
  return store;
}

async function rangesOf(
  state: VerifyState,
  pair: Pair,
  index: number,
  prefix: string,
  most: number,
): Promise<VerifyJob['ranges']> {
  const cuts = await new PairStore(state, pair).cuts(most);
  const bounds = [null, ...cuts.filter((key) => key.startsWith(prefix))];
  return bounds.map((after, i) => ({ pair: index, after, upTo: bounds[i + 1] ?? null }));
}
