import { formatPlace, type Place } from '../../../shared/cos/index.ts';
import type { SkipCode } from '../../../shared/errors/index.ts';
import { CLOCK_DOUBT_MS, SETTLE_MS } from '../../../shared/durations/index.ts';
import type { RuleSet } from '../../../shared/rules/index.ts';
import type { HttpResponse } from '../../../shared/scf/index.ts';
import { mapLimited } from '../../../shared/tasks/index.ts';
import {
  addSums,
  beginVerify,
  DIFFERENCES,
  emptySums,
  HARMLESS,
  isOwn,
  isVerifyId,
  keptVerifies,
  openVerifies,
  ownerOf,
  readOpenName,
  VerifyStore,
  type VerifyItem,
  type VerifyJob,
  type VerifyRange,
  type VerifySums,
} from '../../../shared/verify/index.ts';
import { jsonResponse, readJson, timeText } from '../request/json.ts';
import { refuse } from '../response/errors.ts';
import { verifyRequest, type Verified } from '../verify-schemas.ts';
import { chosen, pairsOfCall } from './scans.ts';
import { parameter, reaches, uniqueText } from './verb.ts';
import type { CallOptions, VerifiedCall } from './verb.ts';
import { API_WAIT_MS } from '../../../shared/durations/index.ts';

/** ms between two checks. */
const LOOK_MS = 500;
const MOST_LOOKS = API_WAIT_MS / LOOK_MS;
/** Most verifications of a bucket that one API key may have running, and most that are kept for it. */
const MOST_RUNNING = 4;
const MOST_KEPT = 8;
/** ms that one call spends on removing earlier verifications; and the most that may be left over after that. */
const REMOVING_MS = 4000;
const MOST_LEFT = 8;
const REMOVED_AT_ONCE = 200;
const LANES = 32;
const realSleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/**
 * Most items of a page of the list, and most parts that are read for it one after the other: some parts hold a single
 * item.
 */
const PAGE = 1000;
const MOST_PARTS = 100;
/** Bytes of a page after which no further part is added: the platform passes on 6 MB, and a part has up to 2 MB. */
const PAGE_BYTES = 2 * 2 ** 20;

type Destination = Verified['destinations'][number];

/**
 * POST with `replicationVerify`: the function `scan` compares both sides. If that takes long, the answer shows the
 * progress.
 */
export async function postVerify(call: VerifiedCall, options: CallOptions): Promise<HttpResponse> {
  const { source } = call;
  const { sleep = realSleep } = options;
  const until = options.now() + API_WAIT_MS;
  const { prefix = '', upTo, deep = false, destination } = readJson(call.request, verifyRequest);
  const { previous: ruleSet, date } = await options.rules.getForUpdate(source);
  const pairs = chosen(await pairsOfCall(call, options, ruleSet), destination);
  // COS's clock is known in whole seconds.
  const moment = upTo === undefined ? date + 999 : Date.parse(upTo);
  if (moment > date + CLOCK_DOUBT_MS)
    throw refuse(400, 'InvalidArgument', `upTo lies in the future: by the clock of COS it is ${timeText(date)}.`);
  const owner = ownerOf(call.sender.secretId, options.hash);
  await makeRoom(source, options, owner);
  const query = { source, pairs, ruleSet: ruleSet as RuleSet, prefix, upTo: moment, deep, started: date, owner };
  const { cos, state, hash, now } = options;
  const store = await beginVerify({ cos, state, hash, now, unique: () => uniqueText(options) }, query);
  for (let looks = 0; looks < MOST_LOOKS && now() < until && !(await hasEnded(options, store)); looks += 1)
    await sleep(LOOK_MS);
  const job = await visibleJob(call, store);
  if (job === undefined) throw unknown();
  const answer = await answerOf(call, options, store, undefined, job);
  return jsonResponse(answer.state === 'running' ? 202 : 200, answer);
}

/**
 * GET with `replicationVerify`: progress and findings of a verification; without an `id`, of the last one that the key
 * may see.
 */
export async function getVerify(call: VerifiedCall, options: CallOptions): Promise<HttpResponse> {
  const named = parameter(call, 'id');
  const marker = parameter(call, 'marker');
  if (named !== undefined && !isVerifyId(named))
    throw refuse(400, 'InvalidArgument', 'The id is not one that this service gave.');
  if (marker !== undefined && named === undefined)
    throw refuse(400, 'InvalidArgument', 'A marker goes with the id of the same answer.');
  const ids = named === undefined ? [...(await keptVerifies(options, call.source.bucket)).keys()] : [named];
  for (const id of ids.toReversed()) {
    const store = new VerifyStore(options, { bucket: call.source.bucket, id });
    const job = await visibleJob(call, store);
    if (job !== undefined) return jsonResponse(200, await answerOf(call, options, store, marker, job));
  }
  throw unknown();
}

/** Undefined when the verification is not kept, or the key may see none of its destinations. */
async function visibleJob(call: VerifiedCall, store: VerifyStore): Promise<VerifyJob | undefined> {
  const job = await store.job();
  return job?.pairs.some(({ destination }) => reaches(call, destination)) === true ? job : undefined;
}

const hasEnded = async (options: CallOptions, { name }: VerifyStore): Promise<boolean> =>
  !(await openVerifies(options, name.bucket)).some(({ key }) => key.includes(name.id));

const unknown = () => refuse(404, 'NoSuchVerification', 'No such verification of this bucket is kept.');

/**
 * Removes the oldest ones that are kept for this API key, and none of other keys. Throws `ServiceError` when too many
 * run, or when more is left over than one call can remove.
 */
async function makeRoom(source: Place, options: CallOptions, owner: string): Promise<void> {
  const { cos, state, now } = options;
  const running = (await openVerifies(options, source.bucket)).map(({ key }) => readOpenName(key)?.id ?? '');
  const own = running.filter((id) => isOwn(id, owner));
  if (own.length >= MOST_RUNNING)
    throw refuse(
      400,
      'InvalidRequest',
      `${own.length} verifications of this bucket are running for this API key: wait until one has ended.`,
    );
  const kept = [...(await keptVerifies(options, source.bucket))].filter(([id]) => isOwn(id, owner));
  const stale = kept.filter(([id]) => !running.includes(id)).slice(0, -(MOST_KEPT - 1));
  const until = now() + REMOVING_MS;
  let left = stale.length;
  for (const [, names] of stale) {
    // The job is removed last: without it the other objects could not be found.
    const inOrder = names.toSorted((a, b) => Number(a.endsWith('/job')) - Number(b.endsWith('/job')));
    for (let at = 0; at < inOrder.length; at += REMOVED_AT_ONCE) {
      if (now() >= until) {
        if (left <= MOST_LEFT) return;
        throw refuse(503, 'SlowDown', 'Earlier verifications are still being removed: repeat the request.');
      }
      await mapLimited(inOrder.slice(at, at + REMOVED_AT_ONCE), LANES, (name) => cos.deleteObject(state, name));
    }
    left -= 1;
  }
}

/** The part of it that the key may see: its own destinations. */
async function answerOf(
  call: VerifiedCall,
  options: CallOptions,
  store: VerifyStore,
  marker: string | undefined,
  job: VerifyJob,
): Promise<Verified> {
  const visible = job.pairs.map(({ destination }) => reaches(call, destination));
  const [stopped, ranges] = await Promise.all([store.stopped(), store.ranges(job.ranges.length)]);
  const mine = ranges.filter(({ number }) => visible[job.ranges[number]?.pair ?? -1] === true);
  const wanted = job.ranges.filter(({ pair }) => visible[pair] === true).length;
  const isDone = mine.filter(({ done }) => done !== null).length === wanted;
  const state = stopped !== undefined ? 'stopped' : isDone ? 'ended' : 'running';
  const destinations = job.pairs.flatMap((_, pair) =>
    visible[pair] === true ? [describe(job, pair, ranges, state)] : [],
  );
  const ended = stopped?.time ?? (isDone ? Math.max(...mine.map(({ done }) => done ?? 0)) : undefined);
  const all = (of: (one: Destination) => boolean | null): boolean | null =>
    state === 'ended' ? destinations.every((one) => of(one) === true) : null;
  return {
    id: job.id,
    bucket: job.source.bucket,
    prefix: job.prefix,
    upTo: timeText(job.upTo),
    certainUpTo: certainUpTo(job, mine),
    deep: job.deep,
    state,
    ...(stopped === undefined ? {} : { cause: stopped.cause }),
    equal: all(({ equal }) => equal),
    safe: all(({ safe }) => safe),
    startedAt: timeText(job.started),
    ...(ended === undefined ? {} : { endedAt: timeText(ended) }),
    destinations,
    listed: mine.reduce((sum, { told }) => sum + told, 0),
    ...(await pageOf(job, store, mine, marker)),
    measuredAt: timeText(options.now()),
  };
}

function certainUpTo({ upTo }: VerifyJob, ranges: readonly VerifyRange[]): string | null {
  if (ranges.length === 0) return null;
  const listed = Math.min(...ranges.map((range) => range.listed));
  return timeText(Math.min(upTo, listed - SETTLE_MS - CLOCK_DOUBT_MS));
}

function describe(job: VerifyJob, pair: number, ranges: readonly VerifyRange[], state: Verified['state']): Destination {
  const mine = ranges.filter(({ number }) => job.ranges[number]?.pair === pair);
  const total = job.ranges.filter((range) => range.pair === pair).length;
  const done = mine.filter((range) => range.done !== null).length;
  const sums = emptySums();
  for (const range of mine) addSums(sums, range.sums);
  const known = state === 'ended' && done === total;
  const { digests, differences } = sums;
  const blocked = mine.find((range) => range.blocked !== null && range.done === null)?.blocked ?? undefined;
  return {
    destination: formatPlace(job.pairs[pair]?.destination as Place),
    equal: known ? digests.source === digests.destination && Object.keys(differences).length === 0 : null,
    safe: known ? DIFFERENCES.every((kind) => HARMLESS.has(kind) || differences[kind] === undefined) : null,
    progress: { ranges: { total, done }, keys: sums.keys },
    digests: known ? digests : null,
    source: sideOf(sums.source),
    replicas: sideOf(sums.replicas),
    differences: DIFFERENCES.flatMap((kind) => amountsOf(differences[kind], (amount) => ({ kind, ...amount }))),
    skipped: Object.entries(sums.skipped).flatMap(([reason, amount]) =>
      amountsOf(amount, (one) => ({ reason: reason as SkipCode, ...one })),
    ),
    ...(job.deep ? { unread: { count: sums.unread[0], bytes: sums.unread[1] } } : {}),
    ...(blocked === undefined || state !== 'running' ? {} : { cause: blocked }),
  };
}

const sideOf = ({ versions: [versions, bytes], deleteMarkers }: VerifySums['source']): Destination['source'] => ({
  versions,
  bytes,
  deleteMarkers,
});

const amountsOf = <T>(
  amount: readonly [number, number] | undefined,
  of: (one: { count: number; bytes: number }) => T,
): T[] => (amount === undefined ? [] : [of({ count: amount[0], bytes: amount[1] })]);

/** A page of the list, beginning with the part that the cursor names. */
async function pageOf(
  job: VerifyJob,
  store: VerifyStore,
  ranges: readonly VerifyRange[],
  marker: string | undefined,
): Promise<Pick<Verified, 'list' | 'marker'>> {
  const parts = ranges.flatMap(({ number, parts: count }) =>
    Array.from({ length: count }, (_, part) => ({ number, part, name: `${number}-${part}` })),
  );
  let at = marker === undefined ? 0 : parts.findIndex(({ name }) => name === marker);
  if (at === -1)
    throw refuse(400, 'InvalidArgument', 'The marker is not one that this service gave: send none to begin again.');
  const end = at + MOST_PARTS;
  const list: Verified['list'] = [];
  let bytes = 0;
  for (; at < parts.length; at += 1) {
    const { number, part, name } = parts[at] as (typeof parts)[number];
    if (at >= end) return { list, marker: name };
    const items = (await store.part(number, part)).map((item) => listed(job, item));
    bytes += Buffer.byteLength(JSON.stringify(items));
    const isFull = list.length + items.length > PAGE || bytes > PAGE_BYTES;
    if (list.length > 0 && isFull) return { list, marker: name };
    for (const item of items) list.push(item);
  }
  return { list };
}

function listed({ pairs }: VerifyJob, { pair, written, ...item }: VerifyItem): Verified['list'][number] {
  return {
    destination: formatPlace(pairs[pair]?.destination as Place),
    ...item,
    ...(written === undefined ? {} : { lastModified: timeText(written) }),
  };
}
