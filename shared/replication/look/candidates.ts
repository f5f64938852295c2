import type { ObjectHead } from '../../cos/index.ts';
import type { Rule } from '../../rules/index.ts';
import { skipReasonOf } from '../act/attributes.ts';
import { ownMarker, proofOf } from '../../identity/index.ts';
import { missingOf } from '../decide/plan.ts';
import { governing, needsTags } from '../decide/scope.ts';
import type { Session } from '../session.ts';
import type { Entry, Observation } from '../types.ts';
import type { Marker } from '../../identity/index.ts';
import { refOfHead, versionIdOf } from '../../identity/index.ts';

/** A version that is to be copied, with all that has to be known for it. */
export interface Candidate {
  readonly entry: Entry;
  readonly head: ObjectHead;
  readonly rule: Rule;
}

export interface Examined {
  readonly candidates: ReadonlyMap<string, Candidate>;
  /** IDs of entries that are not to be copied. */
  readonly excluded: ReadonlySet<string>;
  /** The observation up to the last version examined; the rest is for the next look. */
  readonly observation: Observation;
  readonly truncated: boolean;
}

/** Versions read and copied in one look; bounds memory and the time between two looks. */
const PER_LOOK = 200;

/**
 * Reads the metadata of the versions that seem to be missing, and sorts out those that are not to be copied: gone
 * meanwhile, replicas of another bucket, out of a tag filter's scope, or not replicable now.
 */
export async function examine(session: Session, seen: Observation): Promise<Examined> {
  const { excluded } = session;
  const missing = missingOf(seen, excluded);
  const truncated = missing.length > PER_LOOK;
  const last = missing[PER_LOOK - 1];
  const observation = truncated && last !== undefined ? upTo(seen, last) : seen;
  const candidates = new Map<string, Candidate>();
  for (const entry of missing.slice(0, PER_LOOK)) {
    session.checkTime();
    const candidate = await examineVersion(session, seen, entry);
    if (candidate === undefined) excluded.add(entry.ref.id);
    else candidates.set(entry.ref.id, candidate);
  }
  return { candidates, excluded, observation, truncated };
}

function upTo(seen: Observation, last: Entry): Observation {
  return { ...seen, entries: seen.entries.slice(0, seen.entries.indexOf(last) + 1) };
}

async function examineVersion(session: Session, seen: Observation, entry: Entry): Promise<Candidate | undefined> {
  const { current } = session;
  const isCurrent = current?.found === true && refOfHead(current.head).id === entry.ref.id;
  const result = isCurrent ? current : await session.headSource(entry.versionId);
  if (!result.found || refOfHead(result.head).id !== entry.ref.id) return undefined;
  const { head } = result;
  if (await isReplica(session, seen, entry, head)) return undefined;
  return candidateOf(session, entry, head);
}

/** Undefined when no rule covers this version, or it cannot be copied now; the latter is noted with its reason. */
export async function candidateOf(session: Session, entry: Entry, head: ObjectHead): Promise<Candidate | undefined> {
  const rule = await ruleOf(session, entry);
  if (rule === undefined) return undefined;
  const reason = skipReasonOf(
    head,
    rule,
    await sampleMarker(session, entry, head),
    session.deps.settings.metadataLimit,
  );
  if (reason === undefined) return { entry, head, rule };
  session.skip({ versionId: entry.versionId, reason });
  return undefined;
}

/** The rule that covers a version of the source, whose tags are read where a rule asks for them. */
export async function ruleOf(session: Session, entry: Entry): Promise<Rule | undefined> {
  const { rules, source, key } = session.work;
  const tags = needsTags(rules)
    ? await session.at('source', () => session.deps.cos.getTags(source, key, entry.versionId))
    : undefined;
  return governing(rules, entry, tags);
}

/** A marker of the size the real one will have. */
async function sampleMarker(session: Session, entry: Entry, head: ObjectHead): Promise<Marker> {
  return {
    source: session.work.source,
    ref: entry.ref,
    base: entry.ref,
    proof: proofOf(head, false),
    ...(await session.attempt()),
  };
}

/**
 * Whether a version at the source is itself a replica that this service made at this very place; those are never
 * passed on. A user's copy of one bears the same attempt ID but is not the oldest that does.
 */
async function isReplica(session: Session, seen: Observation, entry: Entry, head: ObjectHead): Promise<boolean> {
  const claim = ownMarker(await session.claimOf(head, 'source'));
  if (claim === undefined) return false;
  const place = seen.sourceOrder.findIndex((ref) => ref.id === entry.ref.id);
  for (const ref of seen.sourceOrder.slice(0, Math.max(0, place)).toReversed()) {
    if (ref.time < claim.attempted * 1000) break;
    session.checkTime();
    const older = await session.headSource(versionIdOf(ref));
    if (older.found && ownMarker(await session.claimOf(older.head, 'source'))?.id === claim.id) return false;
  }
  return true;
}
