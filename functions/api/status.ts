import { formatPlace, keyProblem } from '../../shared/cos/index.ts';
import { METADATA_LIMIT, readSubject, replicaStatus } from '../../shared/replication/index.ts';
import type { Subject } from '../../shared/replication/index.ts';
import { explain } from '../../shared/rules/index.ts';
import type { Rule, RuleSet, Verdict } from '../../shared/rules/index.ts';
import type { HttpResponse } from '../../shared/scf/index.ts';
import { hasFailed, pendingOfKey } from '../../shared/tasks/index.ts';
import type { KeyState } from '../../shared/tasks/index.ts';
import { parameter } from './call.ts';
import type { CallOptions, VerifiedCall } from './call.ts';
import { refuse } from './errors.ts';
import { jsonResponse, timeText } from './json.ts';
import type { DestinationStatus, ObjectStatus, RuleVerdict } from './schemas.ts';

const VERSION_ID = /^[\w+/=-]{1,200}$/;
/** Pages of waiting work, a thousand names each, in which this key's is looked for. */
const WAITING_PAGES = 20;

/** GET of a key with `replicationStatus`: how one version stands at every destination, and why. Changes nothing. */
export async function getObjectStatus(call: VerifiedCall, options: CallOptions): Promise<HttpResponse> {
  const { source, key } = call;
  const { cos, hash, rules, now } = options;
  const versionId = parameter(call, 'versionId');
  const problem = keyProblem(key);
  if (problem !== undefined) throw refuse(400, problem.code, `The key cannot be: ${problem.reason}.`);
  if (versionId !== undefined && !VERSION_ID.test(versionId))
    throw refuse(400, 'InvalidArgument', 'Invalid version id.');

  const [subject, ruleSet] = await Promise.all([
    readSubject({ cos, hash }, source, key, versionId),
    rules.getFresh(source),
  ]);
  if (subject === undefined) {
    throw versionId === undefined
      ? refuse(404, 'NoSuchKey', 'The specified key does not exist.')
      : refuse(404, 'NoSuchVersion', 'The specified version does not exist.');
  }
  const verdicts = await verdictsOf(call, options, subject, ruleSet);
  const governing = subject.replicaOf === undefined ? verdicts.filter(({ mismatch }) => mismatch === undefined) : [];
  const destinations = await Promise.all(governing.map(({ rule }) => destinationStatus(call, options, subject, rule)));
  return jsonResponse(200, {
    bucket: source.bucket,
    key,
    versionId: subject.versionId,
    deleteMarker: subject.head === undefined,
    current: subject.current,
    lastModified: timeText(writtenAt(subject)),
    ...roleOf(subject, governing.length > 0),
    rules: verdicts.map((verdict) => ruleVerdict(subject, verdict)),
    destinations,
    measuredAt: timeText(now()),
  } satisfies ObjectStatus);
}

/** ms since 1970. */
const writtenAt = ({ head, ref }: Subject): number => head?.lastModified ?? Math.floor(ref.time / 1e6) * 1000;

function roleOf({ replicaOf }: Subject, governed: boolean): Pick<ObjectStatus, 'role' | 'replicaOf'> {
  if (replicaOf === undefined) return { role: governed ? 'source' : 'none' };
  const { source, ref } = replicaOf;
  return { role: 'replica', replicaOf: `${source.region}/${source.bucket}/${ref.id.split('/', 1)[0] ?? ''}` };
}

/** Each rule with its reason; the tags are read only where a rule asks for them. */
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

function ruleVerdict({ replicaOf }: Subject, { rule, mismatch }: Verdict): RuleVerdict {
  const reason = mismatch ?? (replicaOf === undefined ? undefined : 'replica');
  const about = { id: rule.id, destination: formatPlace(rule.destination) };
  return reason === undefined ? { ...about, matched: true } : { ...about, matched: false, reason };
}

async function destinationStatus(
  { source, key }: VerifiedCall,
  { cos, hash, state, now }: CallOptions,
  subject: Subject,
  rule: Rule,
): Promise<DestinationStatus> {
  const { destination } = rule;
  // Before the buckets: work that is done meanwhile has left its replica by the time that it is looked for.
  const pending = await pendingOfKey({ cos, hash, state }, { source, destination, key }, WAITING_PAGES);
  const found = await replicaStatus({ cos, hash, source, destination, rule, metadataLimit: METADATA_LIMIT }, subject);
  const about = { destination: formatPlace(destination), rule: rule.id };
  if (found.state === 'there') {
    return { ...about, state: 'COMPLETED', replicaVersionId: found.versionId, lagMs: found.lag };
  }
  // Whatever waits may still change it.
  const waits = pending.items.length > 0 || pending.lease !== undefined;
  if (found.state === 'skipped' && !(waits && found.reason === 'removed-at-destination')) {
    return { ...about, state: 'SKIPPED', reason: found.reason };
  }
  return { ...about, ...openStatus(pending), ageMs: Math.max(0, now() - writtenAt(subject)) };
}

type Open = Omit<Extract<DestinationStatus, { state: 'PENDING' | 'FAILED' }>, 'destination' | 'rule' | 'ageMs'>;

function openStatus({ items, lease, complete }: KeyState): Open {
  const failed = items.filter(({ task }) => hasFailed(task));
  const told = (failed.length > 0 ? failed : items).toSorted((a, b) => b.task.attempts - a.task.attempts)[0];
  if (told === undefined) {
    const waitsUnseen = complete ? 'awaiting-event' : 'waiting-or-awaiting-event';
    const cause = lease === 'held' ? 'running' : lease === 'expired' ? 'lease' : waitsUnseen;
    return { state: 'PENDING', cause, attempts: 0 };
  }
  const due = items.map((item) => item.due);
  // One without a time has been started already.
  const next = due.every((time) => time !== undefined) ? { nextTry: timeText(Math.min(...due)) } : {};
  const state = failed.length > 0 ? 'FAILED' : 'PENDING';
  return { state, cause: told.task.cause, attempts: triesOf(told.task), ...next };
}

/** A task counts the runs that did not finish it; the first failure made it a task. */
export function triesOf(task: Parameters<typeof hasFailed>[0]): number {
  return task.attempts + (hasFailed(task) ? 1 : 0);
}
