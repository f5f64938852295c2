import type { ObjectHead } from '../../cos/index.ts';
import type { Rule } from '../../rules/index.ts';
import { skipReasonOf } from '../act/attributes.ts';
import { ownMarker, proofOf } from '../../identity/index.ts';
import { missingOf } from '../decide/plan.ts';
import { governing, needsTags } from '../decide/scope.ts';
import type { Session } from '../session.ts';
import type { Entry, Observation } from '../types.ts';
import type { Marker } from '../../identity/index.ts';
import { refOfHead } from '../../identity/index.ts';
import { Originals } from './originals.ts';

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

/** Versions copied in one look; bounds memory and the time between two looks. */
const PER_LOOK = 200;
/** Versions whose metadata is read at once. */
const BATCH = 16;

/**
 * Reads the metadata of the versions that seem to be missing, and sorts out those that are not to be copied: gone
 * meanwhile, replicas of another bucket, out of a tag filter's scope, or not replicable now. What earlier looks have sorted
 * out is not read again.
 */
export async function examine(session: Session, seen: Observation): Promise<Examined> {
  const { excluded } = session;
  await session.passed.recall(seen, missingOf(seen, excluded), excluded);
  const missing = missingOf(seen, excluded);
  const originals = new Originals(session, seen.sourceOrder);
  const candidates = new Map<string, Candidate>();
  let next = 0;
  try {
    while (next < missing.length && candidates.size < PER_LOOK) {
      session.checkTime();
      const batch = missing.slice(next, next + Math.min(BATCH, PER_LOOK - candidates.size));
      const found = await Promise.all(batch.map((entry) => examineVersion(session, originals, entry)));
      for (const [index, entry] of batch.entries()) {
        const candidate = found[index];
        if (candidate === undefined) excluded.add(entry.ref.id);
        else candidates.set(entry.ref.id, candidate);
      }
      next += batch.length;
    }
  } finally {
    await session.passed.note(seen, missingOf(seen, new Set()), excluded);
  }
  const last = missing[next - 1];
  const truncated = next < missing.length;
  const observation = truncated && last !== undefined ? upTo(seen, last) : seen;
  return { candidates, excluded, observation, truncated };
}

function upTo(seen: Observation, last: Entry): Observation {
  return { ...seen, entries: seen.entries.slice(0, seen.entries.indexOf(last) + 1) };
}

async function examineVersion(session: Session, originals: Originals, entry: Entry): Promise<Candidate | undefined> {
  const { current } = session;
  const isCurrent = current?.found === true && refOfHead(current.head).id === entry.ref.id;
  const result = isCurrent ? current : await session.headSource(entry.versionId);
  if (!result.found) {
    if (await session.isDangling('source', entry.versionId))
      session.skip({ versionId: entry.versionId, reason: 'dangling-link' });
    return undefined;
  }
  const { head } = result;
  if (refOfHead(head).id !== entry.ref.id) return undefined;
  // Replicas that this service made at this very place are never passed on; a user's copy of one is an ordinary object.
  const marker = ownMarker(await session.claimOf(head, 'source'));
  if (marker !== undefined && !(await originals.isCopy(marker, entry.ref))) return undefined;
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
