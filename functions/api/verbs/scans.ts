import { formatPlace } from '../../../shared/cos/index.ts';
import type { RuleSet } from '../../../shared/rules/index.ts';
import { pairsOf, PairStore, readProgress, rulesOfPair } from '../../../shared/scan/index.ts';
import type { Pair, Progress } from '../../../shared/scan/index.ts';
import type { HttpResponse } from '../../../shared/scf/index.ts';
import { jsonResponse, readJson, timeText } from '../request/json.ts';
import { refuse } from '../response/errors.ts';
import { pauseRequest, scanRequest } from '../scan-schemas.ts';
import type { Paused, ScanRequested, Scans, ScanState } from '../scan-schemas.ts';
import { reaches } from './verb.ts';
import type { CallOptions, VerifiedCall } from './verb.ts';

/** GET with `replicationScans`: the scan of each destination with its progress and its work. */
export async function getScans(call: VerifiedCall, options: CallOptions): Promise<HttpResponse> {
  const { source } = call;
  const now = options.now();
  const pairs = await pairsOfCall(call, options);
  const scans = await Promise.all(
    pairs.map(async (pair) => scanState(pair, await readProgress(new PairStore(options, pair), now))),
  );
  return jsonResponse(200, { bucket: source.bucket, scans, measuredAt: timeText(now) } satisfies Scans);
}

/** POST with `replicationScan`: requests a scan, which begins within a minute, or after the running one. */
export async function postScan(call: VerifiedCall, options: CallOptions): Promise<HttpResponse> {
  const { source } = call;
  const { kind = 'repair', prefix = '', destination } = readJson(call.request, scanRequest);
  const ruleSet = await options.rules.getFresh(source);
  const pairs = chosen(await pairsOfCall(call, options, ruleSet), destination);
  const unasked = pairs.find((pair) => !rulesOfPair(ruleSet, pair).some(({ existing }) => existing !== undefined));
  if (kind === 'existing' && unasked !== undefined) {
    throw refuse(
      400,
      'InvalidArgument',
      `No enabled rule for ${formatPlace(unasked.destination)} has ExistingObjectReplication: store one that does, and a scan begins by itself.`,
    );
  }
  const destinations = await Promise.all(
    pairs.map(async (pair) => {
      const store = new PairStore(options, pair);
      await store.putRequest({ kind, prefix, asked: options.now() });
      return { destination: formatPlace(pair.destination), paused: (await store.paused()) !== undefined };
    }),
  );
  return jsonResponse(202, { bucket: source.bucket, kind, prefix, destinations } satisfies ScanRequested);
}

/** POST with `replicationPause` or `replicationResume`: pauses the scans, or resumes them. */
export async function postPause(pause: boolean, call: VerifiedCall, options: CallOptions): Promise<HttpResponse> {
  const { source } = call;
  const { destination, rule } = readJson(call.request, pauseRequest);
  if (destination !== undefined && rule !== undefined)
    throw refuse(400, 'InvalidArgument', 'Name a destination or a rule, not both.');
  const ruleSet = await options.rules.getFresh(source);
  const pairs = chosen(await pairsOfCall(call, options, ruleSet), destination ?? placeOfRule(ruleSet, rule));
  const destinations = await Promise.all(
    pairs.map(async (pair) => {
      const store = new PairStore(options, pair);
      const since = await store.paused();
      if (pause && since === undefined) await store.putPause(options.now());
      if (!pause && since !== undefined) await store.dropPause();
      return { destination: formatPlace(pair.destination), paused: pause };
    }),
  );
  return jsonResponse(200, { bucket: source.bucket, destinations } satisfies Paused);
}

function placeOfRule(ruleSet: RuleSet | undefined, id: string | undefined): string | undefined {
  if (id === undefined) return undefined;
  const rule = ruleSet?.rules.find((one) => one.enabled && one.id === id);
  if (rule === undefined) throw refuse(400, 'InvalidArgument', 'There is no enabled rule with this ID.');
  return formatPlace(rule.destination);
}

/** The destinations of enabled rules that the key may ask about. */
export async function pairsOfCall(
  call: VerifiedCall,
  { rules }: CallOptions,
  known?: RuleSet,
): Promise<readonly Pair[]> {
  const ruleSet = known ?? (await rules.getFresh(call.source));
  return pairsOf(call.source, ruleSet).filter(({ destination }) => reaches(call, destination));
}

export function chosen(pairs: readonly Pair[], destination: string | undefined): readonly Pair[] {
  const found = pairs.filter((pair) => destination === undefined || formatPlace(pair.destination) === destination);
  if (found.length > 0) return found;
  const known = pairs.map((pair) => formatPlace(pair.destination)).join(', ');
  throw refuse(
    400,
    'InvalidArgument',
    known === ''
      ? 'No enabled rule of this bucket names a destination: store a rule first.'
      : `The destination is not one of enabled rules: use ${known}.`,
  );
}

/** The progress of the scan of one pair, in the form of the API. */
export function scanState({ destination }: Pair, progress: Progress): ScanState {
  const { scan, request, pausedSince, ranges, entries, rate, eta, deeds, blocked } = progress;
  const state = stateOf(progress);
  const { looked, copied, bytes, marked, removed, deferred, listings, retagged } = deeds;
  return {
    destination: formatPlace(destination),
    state,
    ...(scan === undefined
      ? {}
      : { id: scan.id, kind: scan.kind, prefix: scan.prefix, startedAt: timeText(scan.started) }),
    ...(scan?.ended == null ? {} : { endedAt: timeText(scan.ended) }),
    ...(pausedSince === undefined ? {} : { pausedSince: timeText(pausedSince) }),
    ...(state === 'blocked' && blocked !== undefined ? { cause: blocked } : {}),
    ...(request === undefined
      ? {}
      : { requested: { kind: request.kind, prefix: request.prefix, askedAt: timeText(request.asked) } }),
    ranges: { total: ranges.total ?? null, done: ranges.done },
    entries: { total: entries.total ?? null, done: entries.done },
    entriesPerSecond: rate === undefined ? null : Math.round(rate * 10) / 10,
    etaSeconds: eta === undefined ? null : Math.ceil(eta / 1000),
    ...reasonOf(state, entries.total, eta),
    did: {
      looked,
      copied,
      bytes,
      deleteMarkers: marked,
      removed,
      deferred,
      listings,
      propertiesChanged: retagged,
    },
  };
}

function stateOf({ scan, pausedSince, ranges, blocked }: Progress): ScanState['state'] {
  if (scan?.state === 'ended') return 'ended';
  if (pausedSince !== undefined) return 'paused';
  if (scan === undefined) return 'none';
  if (scan.state === 'stopping') return 'stopping';
  if (blocked !== undefined) return 'blocked';
  return ranges.total === undefined ? 'preparing' : 'running';
}

function reasonOf(
  state: ScanState['state'],
  total: number | undefined,
  eta: number | undefined,
): Pick<ScanState, 'reason'> {
  if (state === 'none') return { reason: 'not-begun' };
  if (['paused', 'stopping', 'ended', 'blocked'].includes(state)) return { reason: 'not-running' };
  if (total === undefined) return { reason: 'counting' };
  return eta === undefined ? { reason: 'not-begun' } : {};
}
