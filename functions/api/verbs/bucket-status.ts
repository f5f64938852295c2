import { mayReach } from '../../../shared/access/index.ts';
import { distinctPlaces, formatPlace, samePlace } from '../../../shared/cos/index.ts';
import { canaryOf, readCanary, type CanaryResults } from '../../../shared/canary/index.ts';
import { isLive, readLive, ruleSumOf, type LiveSum } from '../../../shared/live/index.ts';
import {
  explainBreak,
  lifecycleOf,
  preconditionsOf,
  readPreconditions,
  type Lifecycle,
  type PairPreconditions,
  type Preconditions,
} from '../../../shared/preconditions/index.ts';
import type { Rule, RuleSet } from '../../../shared/rules/index.ts';
import {
  AGE_BOUNDS,
  bucketOf,
  emptyHistogram,
  PairStore,
  readProgress,
  signatureOf,
} from '../../../shared/scan/index.ts';
import type { Amount, Pair, Progress, ScanResult, Standing } from '../../../shared/scan/index.ts';
import type { HttpResponse } from '../../../shared/scf/index.ts';
import { digestOfTarget, hasFailed, isRecheck, listPending, readBehind } from '../../../shared/tasks/index.ts';
import { jsonResponse, timeText } from '../request/json.ts';
import type { BucketStatus, DestinationState } from '../scan-schemas.ts';
import { canaryText, costOfRule, lagOf, liveOf, liveReason } from './live-status.ts';
import { scanState } from './scans.ts';
import type { CallOptions, VerifiedCall } from './verb.ts';

/** Most keys of the backlog that are counted, and most state objects that are read for it. */
const COUNTED = 1000;
const EXAMINED = 2000;

/** GET of a bucket with `replicationStatus`: the progress of replication, by rule and destination. Changes nothing. */
export async function getBucketStatus(call: VerifiedCall, options: CallOptions): Promise<HttpResponse> {
  return jsonResponse(200, await bucketStatusOf(call, options));
}

/** The progress of a source at the destinations that the sender may ask about. */
export async function bucketStatusOf(
  { source, sender }: Pick<VerifiedCall, 'source' | 'sender'>,
  options: CallOptions,
): Promise<BucketStatus> {
  const ruleSet = await options.rules.getFresh(source);
  const [live, canaries, preconditions] = await Promise.all([
    readLive(options, source),
    readCanary(options, source),
    readPreconditions(options),
  ]);
  const places = distinctPlaces((ruleSet?.rules ?? []).map(({ destination }) => destination));
  const destinations = await Promise.all(
    places
      .filter((place) => mayReach(sender, place.bucket))
      .map((destination) =>
        destinationState({ source, destination }, ruleSet as RuleSet, { live, canaries, preconditions }, options),
      ),
  );
  return { bucket: source.bucket, destinations, measuredAt: timeText(options.now()) };
}

/** The objects on the state bucket that concern all destinations of a source. */
interface OfAllDestinations {
  readonly live: LiveSum | undefined;
  readonly canaries: CanaryResults | undefined;
  readonly preconditions: Preconditions;
}

async function destinationState(
  pair: Pair,
  ruleSet: RuleSet,
  { live, canaries, ...known }: OfAllDestinations,
  options: CallOptions,
): Promise<DestinationState> {
  const now = options.now();
  const store = new PairStore(options, pair);
  const [progress, result, counted, behind] = await Promise.all([
    readProgress(store, now),
    store.result(),
    backlogOf(pair, options, now),
    readBehind(options, pair),
  ]);
  const preconditions = preconditionsOf(known.preconditions, pair, now);
  const lifecycles = {
    source: lifecycleOf(known.preconditions, pair.source, now),
    destination: lifecycleOf(known.preconditions, pair.destination, now),
  };
  const canary = canaryOf(canaries, pair.destination, now);
  const isBehind = behind.phase !== 'none';
  const backlog = { ...counted, atLeast: counted.atLeast || isBehind };
  const rules = ruleSet.rules.filter(({ destination }) => samePlace(destination, pair.destination));
  const current = result?.signature === signatureOf(ruleSet, pair, options.hash);
  const lag = result === undefined ? undefined : lagOf(result.counts.lags, result.counts.largestLag);
  const completeUpTo = current ? (result?.completeUpTo ?? null) : null;
  return {
    destination: formatPlace(pair.destination),
    ...stateOf(rules, preconditions, isBehind ? behind.cause : undefined, () =>
      stateOfScan(progress, result, current, backlog),
    ),
    rules: rules.map(({ id, enabled }) => ({
      id,
      enabled,
      versions: result === undefined ? null : standingOf(result, id),
      cost: costOfRule(live && ruleSumOf(live, pair.destination, id, now), pair),
    })),
    preconditions: preconditionsText(preconditions),
    backlog,
    behind: isBehind
      ? { since: timeText(behind.since), cause: behind.cause, repairing: behind.phase === 'recovering' }
      : null,
    lagMs: lag ?? null,
    live: live !== undefined && isLive(live, now) ? liveOf(live, pair.destination) : null,
    canary: typeof canary === 'string' ? null : canaryText(canary),
    completeUpTo: completeUpTo === null ? null : timeText(completeUpTo),
    reasons: {
      ...(result === undefined ? { versions: 'not-scanned', sides: 'not-scanned' } : {}),
      ...liveReason(live, now),
      ...(typeof canary === 'string' ? { canary } : {}),
      ...(lag === undefined ? { lagMs: result === undefined ? 'not-scanned' : 'no-recent-versions' } : {}),
      ...(completeUpTo === null
        ? {
            completeUpTo: result === undefined ? 'not-scanned' : current ? 'pending-of-unknown-age' : 'rules-changed',
          }
        : {}),
      ...reasonOf('bucketsCheckedAt', preconditions.buckets.reason),
      ...reasonOf('functionsCheckedAt', preconditions.functions.reason),
      ...(result === undefined ? {} : lifecycleReasons(lifecycles)),
    },
    existing: existingOf(rules, progress, current),
    sides: result === undefined ? null : sidesOf(result, lifecycles, rules),
    leftAlone: leftAloneOf(result),
    scan: scanState(pair, progress),
    measuredAt: result === undefined ? null : timeText(result.ended),
  };
}

const reasonOf = (figure: 'bucketsCheckedAt' | 'functionsCheckedAt', reason: string | undefined) =>
  reason === undefined ? {} : { [figure]: reason };

function preconditionsText({ broken, buckets, functions }: PairPreconditions): DestinationState['preconditions'] {
  const timeOf = (ms: number | null) => (ms === null ? null : timeText(ms));
  return {
    broken: broken.map(({ check, what, cause, since }) => ({
      check,
      what,
      cause,
      since: timeText(since),
      ...explainBreak(cause),
    })),
    bucketsCheckedAt: timeOf(buckets.measuredAt),
    functionsCheckedAt: timeOf(functions.measuredAt),
  };
}

/** A broken precondition overrides all figures, which will soon be out of date. */
function stateOf(
  rules: readonly Rule[],
  { broken }: PairPreconditions,
  behind: string | undefined,
  ofScan: () => Pick<DestinationState, 'state' | 'cause'>,
): Pick<DestinationState, 'state' | 'cause'> {
  if (!rules.some(({ enabled }) => enabled)) return { state: 'disabled' };
  const [first] = broken;
  if (first !== undefined) return { state: 'broken', cause: first.cause };
  return behind === undefined ? ofScan() : { state: 'behind', cause: behind };
}

/** Never `complete` while anything waits, or before a scan has covered everything by the current rules. */
function stateOfScan(
  { scan, pausedSince, blocked }: Progress,
  result: ScanResult | undefined,
  current: boolean,
  backlog: DestinationState['backlog'],
): Pick<DestinationState, 'state' | 'cause'> {
  if (pausedSince !== undefined && scan?.state !== 'ended') return { state: 'paused' };
  if (scan?.state === 'running' && blocked !== undefined) return { state: 'blocked', cause: blocked };
  const open = Object.values(result?.counts.rules ?? {}).some(({ pending, failed }) => pending[0] + failed[0] > 0);
  if (backlog.keys > 0 || open) return { state: 'behind' };
  if (result !== undefined && current && result.counts.oldest === null && !backlog.atLeast)
    return { state: 'complete' };
  return { state: scan === undefined || scan.state === 'ended' ? 'unknown' : 'scanning' };
}

const amountOf = ([versions, bytes]: Amount) => ({ versions, bytes });

function standingOf({ counts }: ScanResult, id: string) {
  const found: Standing | undefined = Object.hasOwn(counts.rules, id) ? counts.rules[id] : undefined;
  const of = (name: keyof Standing) => amountOf(found?.[name] ?? [0, 0]);
  return {
    replicated: of('replicated'),
    pending: of('pending'),
    failed: of('failed'),
    skipped: of('skipped'),
    expired: of('expired'),
  };
}

function sidesOf(
  { counts }: ScanResult,
  lifecycles: Lifecycles,
  rules: readonly Rule[],
): NonNullable<DestinationState['sides']> {
  const of = (side: Side) => ({
    current: amountOf(counts[side].current),
    older: amountOf(counts[side].older),
    deleteMarkers: counts[side].deleteMarkers,
    lifecycle: boundsOf(lifecycles[side], rules),
  });
  return { source: of('source'), destination: of('destination') };
}

type Side = 'source' | 'destination';
type Lifecycles = Readonly<Record<Side, Lifecycle | string>>;

/** The lifecycle rules that concern any key that a rule of the pair covers. */
function boundsOf(lifecycle: Lifecycle | string, rules: readonly Rule[]) {
  if (typeof lifecycle === 'string') return null;
  const touching = lifecycle.rules.filter(({ prefix }) =>
    rules.some((rule) => rule.prefix.startsWith(prefix) || prefix.startsWith(rule.prefix)),
  );
  const of = (age: 'current' | 'older') =>
    touching.flatMap(({ id, prefix, narrowed, [age]: after }) => {
      if (after === undefined) return [];
      return [{ rule: id, prefix, narrowed, ...(typeof after === 'number' ? { days: after } : { date: after }) }];
    });
  return { current: of('current'), older: of('older'), more: lifecycle.total - lifecycle.rules.length };
}

const lifecycleReasons = ({ source, destination }: Lifecycles) => ({
  ...(typeof source === 'string' ? { sourceLifecycle: source } : {}),
  ...(typeof destination === 'string' ? { destinationLifecycle: destination } : {}),
});

/** Null when nothing was scanned yet, or an earlier release did it, which did not count these versions. */
function leftAloneOf(result: ScanResult | undefined): DestinationState['leftAlone'] {
  const { others = null, orphans = 0 } = result?.counts ?? {};
  return others === null ? null : { ...amountOf(others), keys: orphans };
}

function existingOf(rules: readonly Rule[], progress: Progress, current: boolean): DestinationState['existing'] {
  if (!rules.some(({ enabled, existing }) => enabled && existing !== undefined)) return null;
  const { scan, entries, rate, eta } = progress;
  const { total, done } = entries;
  const state = current ? 'done' : scan?.kind === 'existing' && scan.state === 'running' ? 'running' : 'waiting';
  return {
    state,
    entries: { total: total ?? null, done },
    entriesPerSecond: rate === undefined ? null : Math.round(rate * 10) / 10,
    etaSeconds: eta === undefined ? null : Math.ceil(eta / 1000),
  };
}

/** The work that waits for this destination now. A key counts once, with the age of its oldest work. */
async function backlogOf(pair: Pair, options: CallOptions, now: number): Promise<DestinationState['backlog']> {
  const page = await listPending(options, {
    accepts: (task) =>
      samePlace(task.source, pair.source) && samePlace(task.destination, pair.destination) && !isRecheck(task),
    destination: pair.destination,
    marker: undefined,
    limit: COUNTED,
    examined: EXAMINED,
  });
  const keys = new Map<string, { first: number; failed: boolean }>();
  for (const { task } of page.items) {
    const name = digestOfTarget(task, options.hash);
    const known = keys.get(name);
    keys.set(name, {
      first: Math.min(task.first, known?.first ?? task.first),
      failed: hasFailed(task) || known?.failed === true,
    });
  }
  const ages = [...keys.values()].map(({ first }) => Math.max(0, now - first));
  const byAge = emptyHistogram(AGE_BOUNDS);
  for (const age of ages) byAge[bucketOf(AGE_BOUNDS, age)] = (byAge[bucketOf(AGE_BOUNDS, age)] ?? 0) + 1;
  return {
    keys: keys.size,
    failed: [...keys.values()].filter(({ failed }) => failed).length,
    atLeast: page.marker !== undefined,
    oldestAgeMs: ages.length === 0 ? null : Math.max(...ages),
    byAge: byAge.map((count, i) => ({ upToMs: AGE_BOUNDS[i] ?? null, keys: count })),
  };
}
