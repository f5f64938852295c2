import { CosError, formatPlace, keyProblem, samePlace } from '../../../shared/cos/index.ts';
import type { Place } from '../../../shared/cos/index.ts';
import { ServiceError } from '../../../shared/errors/index.ts';
import type { Cause } from '../../../shared/errors/index.ts';
import { CAUTIOUS_METADATA_LIMIT, METADATA_LIMIT } from '../../../shared/replication/index.ts';
import { readSubject, replicaStatus } from '../../../shared/status/index.ts';
import type { ReplicaStatus, StatusQuery, Subject } from '../../../shared/status/index.ts';
import { explain } from '../../../shared/rules/index.ts';
import type { Rule, RuleSet, Verdict } from '../../../shared/rules/index.ts';
import type { HttpResponse } from '../../../shared/scf/index.ts';
import { EVENTS_LATE, isRecheck, pendingOfKey, readBehind } from '../../../shared/tasks/index.ts';
import type { FailedRequest, KeyState } from '../../../shared/tasks/index.ts';
import { parameter, reaches } from './verb.ts';
import type { CallOptions, VerifiedCall } from './verb.ts';
import { refuse } from '../response/errors.ts';
import { jsonResponse, timeText } from '../request/json.ts';
import type { DestinationStatus, ObjectStatus, RuleVerdict } from '../schemas.ts';
import { stacksOf, versionsAsked } from './stacks.ts';
import { standingOf } from './standing.ts';
import type { Standing } from './standing.ts';
import { BEHIND_BELIEVED_MS, LOST_EVENT_MS } from '../../../shared/durations/index.ts';

const VERSION_ID = /^[\w+/=-]{1,200}$/;
/** Pages of waiting work, a thousand names each, that are searched for the work of this key. */
const WAITING_PAGES = 20;
/** Destinations without a rule for the version that are searched for a replica. */
const MOST_UNCOVERED = 10;

/** GET of a key with `replicationStatus`: the state of one version at every destination, with its cause. Changes nothing. */
export async function getObjectStatus(call: VerifiedCall, options: CallOptions): Promise<HttpResponse> {
  const { source, key } = call;
  const { cos, hash, markerKeys, rules, now } = options;
  const versionId = parameter(call, 'versionId');
  const versions = versionsAsked(call);
  const peer = options.listed.peers?.find(({ bucket }) => samePlace(bucket, source));
  const problem = keyProblem(key);
  if (problem !== undefined) throw refuse(400, problem.code, `No object can have this key: ${problem.reason}.`);
  if (versionId !== undefined && !VERSION_ID.test(versionId))
    throw refuse(400, 'InvalidArgument', 'Invalid version id.');

  const [subject, ruleSet] = await Promise.all([
    readSubject({ cos, hash, received: peer && { marks: peer.state, keys: markerKeys } }, source, key, versionId),
    rules.getFresh(source),
  ]);
  if (subject === undefined) {
    throw versionId === undefined
      ? refuse(404, 'NoSuchKey', 'The specified key does not exist.')
      : refuse(404, 'NoSuchVersion', 'The specified version does not exist.');
  }
  const all = await verdictsOf(call, options, subject, ruleSet);
  const verdicts = all.filter(({ rule }) => reaches(call, rule.destination));
  const governing = isReplica(subject) ? [] : verdicts.filter(({ mismatch }) => mismatch === undefined);
  const covered = await Promise.all(governing.map(({ rule }) => destinationStatus(call, options, subject, rule)));
  const left = await Promise.all(
    uncovered(call, options, subject, verdicts).map((place) => leftReplica(call, options, subject, place)),
  );
  const destinations = [...covered, ...left.filter((one) => one !== undefined)];
  const named = [...new Set(destinations.map(({ destination }) => destination))];
  const stacks = versions === undefined ? {} : { stacks: await stacksOf(call, options, named, versions) };
  return jsonResponse(200, {
    bucket: source.bucket,
    key,
    versionId: subject.versionId,
    deleteMarker: subject.head === undefined,
    current: subject.current,
    lastModified: timeText(writtenAt(subject)),
    ...roleOf(subject, destinations.length > 0),
    rules: verdicts.map((verdict) => ruleVerdict(subject, verdict)),
    destinations,
    ...stacks,
    measuredAt: timeText(now()),
  } satisfies ObjectStatus);
}

/** ms since 1970. */
const writtenAt = ({ head, ref }: Subject): number => head?.lastModified ?? Math.floor(ref.time / 1e6) * 1000;

const isReplica = ({ replicaOf, deletedIn }: Subject): boolean => replicaOf !== undefined || deletedIn !== undefined;

function roleOf({ replicaOf, deletedIn }: Subject, replicated: boolean): Pick<ObjectStatus, 'role' | 'replicaOf'> {
  if (deletedIn !== undefined) return { role: 'replica' };
  if (replicaOf === undefined) return { role: replicated ? 'source' : 'none' };
  const { source, ref } = replicaOf;
  return { role: 'replica', replicaOf: `${source.region}/${source.bucket}/${ref.id.split('/', 1)[0] ?? ''}` };
}

/** Each rule with its reason; tags are read only if a rule asks for them. */
async function verdictsOf(
  { source, key }: VerifiedCall,
  { cos }: CallOptions,
  { head, ref, versionId, current }: Subject,
  ruleSet: RuleSet | undefined,
): Promise<Verdict[]> {
  if (ruleSet === undefined) return [];
  const asked =
    head !== undefined && ruleSet.rules.some(({ tags, prefix }) => tags.length > 0 && key.startsWith(prefix));
  const tags = asked ? await cos.getTags(source, key, versionId) : [];
  return explain(ruleSet, key, { time: ref.time / 1000, tags, deleteMarker: head === undefined, current });
}

function ruleVerdict(subject: Subject, { rule, mismatch }: Verdict): RuleVerdict {
  const reason = mismatch ?? (isReplica(subject) ? 'replica' : undefined);
  const about = { id: rule.id, destination: formatPlace(rule.destination) };
  return reason === undefined ? { ...about, matched: true } : { ...about, matched: false, reason };
}

/** Reasons that are only likely as long as work on the key waits. */
const MAY_CHANGE: ReadonlySet<string> = new Set(['removed-at-destination', 'not-at-destination', 'appended']);

async function destinationStatus(
  { source, key }: VerifiedCall,
  { cos, hash, markerKeys, state, now, cautious }: CallOptions,
  subject: Subject,
  rule: Rule,
): Promise<DestinationStatus> {
  const { destination } = rule;
  // Read before the buckets: work that is done in between has left its replica when the buckets are read.
  const pending = await pendingOfKey({ cos, hash, state }, { source, destination, key }, WAITING_PAGES);
  const metadataLimit = cautious?.includes('metadata') ? CAUTIOUS_METADATA_LIMIT : METADATA_LIMIT;
  const query = { cos, hash, keys: markerKeys, source, destination, rule, metadataLimit, now: now() };
  const found = await lookAt(query, subject);
  const about = { destination: formatPlace(destination), rule: rule.id };
  const ageMs = Math.max(0, now() - writtenAt(subject));
  if (found.state === 'unreadable') return { ...about, ...unreadableStatus(pending, found), ageMs };
  if (found.state === 'there') {
    const open = openBeside(pending);
    const replica = {
      replicaVersionId: found.versionId,
      ...(found.shown === undefined ? {} : { currentAtDestination: found.shown }),
      ...(found.proof === undefined ? {} : { comparedBy: found.proof }),
    };
    if (open !== undefined) return { ...about, ...open, ageMs, ...replica };
    const tags = found.tags === undefined ? {} : { tags: found.tags };
    return { ...about, state: 'COMPLETED', ...replica, ...tags, lagMs: found.lag };
  }
  // Waiting work may still change it.
  const waits = pending.items.length > 0 || pending.lease !== undefined || pending.unreadable > 0;
  if (found.state === 'skipped' && !(waits && MAY_CHANGE.has(found.reason))) {
    return { ...about, state: 'SKIPPED', reason: found.reason };
  }
  const open = openStatus(pending);
  if (open !== undefined) return { ...about, ...open, ageMs };
  const isLeft = await isLeftToScan({ cos, state }, { source, destination }, writtenAt(subject));
  const cause = causeOfNothing(subject, rule, { ageMs, isLeft });
  return { ...about, state: 'PENDING', cause, attempts: 0, ageMs };
}

/**
 * Whether the work for a version of this time (ms since 1970) is left to a scan: its event came, or comes, while the
 * destination is behind. A mark for late events says nothing about the destination, and the versions left to its scan
 * may have lost their events.
 */
async function isLeftToScan(
  deps: Pick<CallOptions, 'cos' | 'state'>,
  pair: Pick<StatusQuery, 'source' | 'destination'>,
  written: number,
): Promise<boolean> {
  const behind = await readBehind(deps, pair);
  if (behind.phase === 'none' || behind.cause === EVENTS_LATE) return false;
  const until = behind.phase === 'recovering' ? behind.at + BEHIND_BELIEVED_MS : Number.POSITIVE_INFINITY;
  return written > behind.since - LOST_EVENT_MS && written < until;
}

/** The cause when there is neither a replica nor waiting work. */
function causeOfNothing(
  { ref }: Subject,
  rule: Rule,
  { ageMs, isLeft }: { readonly ageMs: number; readonly isLeft: boolean },
): Cause {
  const time = ref.time / 1000;
  if (time < rule.start) return 'existing-object';
  if (time < (rule.enabledSince ?? 0)) return 'rule-was-disabled';
  if (isLeft) return 'destination-behind';
  return ageMs < LOST_EVENT_MS ? 'awaiting-event' : 'missed-event';
}

/**
 * Destinations at which no rule covers the version now, but an earlier one may have: a rule was changed, or all were
 * removed.
 */
function uncovered(
  call: VerifiedCall,
  { listed }: CallOptions,
  subject: Subject,
  verdicts: readonly Verdict[],
): readonly Place[] {
  // Delete markers carry no metadata, so one at the destination cannot be recognised as ours.
  if (isReplica(subject) || subject.head === undefined) return [];
  const governed = new Set(verdicts.flatMap(({ rule, mismatch }) => (mismatch ? [] : formatPlace(rule.destination))));
  const places = verdicts.length > 0 ? verdicts.map(({ rule }) => rule.destination) : listed.destinations;
  const named = new Map(places.map((place) => [formatPlace(place), place]));
  return [...named]
    .filter(([name, place]) => !governed.has(name) && reaches(call, place) && !samePlace(place, call.source))
    .slice(0, MOST_UNCOVERED)
    .map(([, place]) => place);
}

/** The replica that an earlier rule has left there; undefined when there is none, or it cannot be read. */
async function leftReplica(
  { source }: VerifiedCall,
  { cos, hash, markerKeys, now }: CallOptions,
  subject: Subject,
  destination: Place,
): Promise<DestinationStatus | undefined> {
  const query = {
    cos,
    hash,
    keys: markerKeys,
    source,
    destination,
    rule: undefined,
    metadataLimit: METADATA_LIMIT,
    now: now(),
  };
  const found = await lookAt(query, subject);
  if (found.state !== 'there') return undefined;
  return {
    destination: formatPlace(destination),
    state: 'SKIPPED',
    reason: 'no-rule',
    replicaVersionId: found.versionId,
    ...(found.shown === undefined ? {} : { currentAtDestination: found.shown }),
  };
}

/** An unreadable destination must not hide the state of the others. */
async function lookAt(query: StatusQuery, subject: Subject): Promise<ReplicaStatus | Unreadable> {
  try {
    return await replicaStatus(query, subject);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const request = error instanceof CosError ? { request: error.request, side: 'destination' as const } : {};
    return { state: 'unreadable', code: error.code, ...request };
  }
}

interface Unreadable extends Partial<FailedRequest> {
  readonly state: 'unreadable';
  readonly code: string;
}

/** If the work failed as well, its cause says more than the refusal. */
function unreadableStatus(
  { items }: KeyState,
  { code: error, request, side }: Unreadable,
): Standing & { readonly error: string } {
  const open = standingOf(items);
  if (open?.state === 'FAILED') return { ...open, error };
  return { attempts: 0, ...open, state: 'PENDING', cause: 'destination-unreadable', error, request, side };
}

function openStatus({ items, lease, unreadable, complete }: KeyState): Standing | undefined {
  const told = standingOf(items);
  if (told !== undefined) return told;
  if (unreadable > 0) return { state: 'FAILED', cause: 'InvalidStateObject', attempts: 0 };
  if (lease !== undefined) return { state: 'PENDING', cause: lease === 'held' ? 'running' : 'lease', attempts: 0 };
  return complete ? undefined : { state: 'PENDING', cause: 'waiting-or-awaiting-event', attempts: 0 };
}

/** Open work beside an existing replica. A recheck of a complete key does not count, nor does its run. */
function openBeside({ items, lease, ...rest }: KeyState): Standing | undefined {
  const checks = items.filter(({ task }) => isRecheck(task));
  const checking = lease === 'held' && checks.some(({ due }) => due === undefined);
  const open = items.filter((item) => !checks.includes(item));
  return openStatus({ ...rest, items: open, lease: checking ? undefined : lease });
}
