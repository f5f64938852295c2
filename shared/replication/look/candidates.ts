import type { HeadResult, ObjectHead } from '../../cos/index.ts';
import { ownMarker, refOfHead, sampleMarker } from '../../identity/index.ts';
import type { Rule } from '../../rules/index.ts';
import { skipReasonOf } from '../decide/skips.ts';
import { missingOf } from '../decide/plan.ts';
import { governing, needsTags } from '../decide/scope.ts';
import { at } from '../errors.ts';
import { isHalt, type HandOver } from '../halt.ts';
import type { Needs } from '../run/run.ts';
import type { Entry, Observation, Skip } from '../types.ts';
import { claimAt } from './claim.ts';
import { Originals } from './originals.ts';

/** A version to copy, with all facts that copying needs. */
export interface Candidate {
  readonly entry: Entry;
  readonly head: ObjectHead;
  readonly rule: Rule;
}

export interface Examined {
  readonly candidates: ReadonlyMap<string, Candidate>;
  /** IDs of entries that are not to be copied. */
  readonly excluded: ReadonlySet<string>;
  /** The observation up to the last version that was examined. The next look does the rest. */
  readonly observation: Observation;
  readonly truncated: boolean;
}

/** The finding about one version. */
export type Finding =
  | { readonly kind: 'copy'; readonly candidate: Candidate }
  /** It cannot be copied now. */
  | { readonly kind: 'skip'; readonly skip: Skip }
  /** Its tags leave it out of every rule. They may change. */
  | { readonly kind: 'untagged' }
  /** It is gone, or is a replica. */
  | { readonly kind: 'none' };

const NONE: Finding = { kind: 'none' };

type Examining = Needs<'deps' | 'work' | 'time' | 'heads' | 'books' | 'memory' | 'passed' | 'verdictLog'>;

/** Versions copied in one look at least. This bounds memory and the time between two looks. */
const PER_LOOK = 200;
/**
 * Each look reads the whole history again, so it copies at least this fraction of it. More looks would cost more than
 * the copies.
 */
const LOOKS = 50;
/** Versions whose metadata is read at once. */
const BATCH = 16;

/**
 * Reads the metadata of the versions that seem to be missing, and excludes those that are not to be copied: gone by
 * now, replicas of another bucket, outside a tag filter's scope, or not replicable now. Versions that earlier looks
 * excluded are not read again. `current`: the source's HEAD.
 */
export async function examine(run: Examining, current: HeadResult, seen: Observation): Promise<Examined | HandOver> {
  const { verdictLog, passed } = run;
  const { excluded } = verdictLog;
  // P19: Versions that earlier looks have excluded are not read again.
  for (const id of await passed.recall(seen, missingOf(seen, excluded))) verdictLog.exclude(id);
  const missing = missingOf(seen, excluded);
  const originals = new Originals(run, seen.sourceOrder);
  const candidates = new Map<string, Candidate>();
  const most = Math.max(PER_LOOK, Math.ceil(seen.sourceOrder.length / LOOKS));
  let next = 0;
  try {
    while (next < missing.length && candidates.size < most) {
      const over = run.time.over();
      if (over) return over;
      const batch = missing.slice(next, next + Math.min(BATCH, most - candidates.size));
      const found = await Promise.all(batch.map((entry) => examineVersion(run, { current, originals }, entry)));
      const halt = found.find((one) => isHalt(one));
      if (halt) return halt;
      for (const [index, entry] of batch.entries()) {
        const finding = found[index];
        if (finding === undefined || isHalt(finding)) continue;
        if (finding.kind === 'copy') candidates.set(entry.ref.id, finding.candidate);
        else verdictLog.exclude(entry.ref.id, finding.kind === 'untagged');
        if (finding.kind === 'skip') verdictLog.skip(finding.skip);
      }
      next += batch.length;
    }
  } finally {
    await passed.note(seen, missingOf(seen, new Set()), excluded);
  }
  const last = missing[next - 1];
  const truncated = next < missing.length;
  const observation = truncated && last !== undefined ? upTo(seen, last) : seen;
  return { candidates, excluded, observation, truncated };
}

function upTo(seen: Observation, last: Entry): Observation {
  return { ...seen, entries: seen.entries.slice(0, seen.entries.indexOf(last) + 1) };
}

async function examineVersion(
  run: Needs<'deps' | 'work' | 'heads' | 'books'>,
  { current, originals }: { readonly current: HeadResult; readonly originals: Originals },
  entry: Entry,
): Promise<Finding | HandOver> {
  const { heads } = run;
  const { versionId } = entry;
  const isCurrent = current.found && refOfHead(current.head).id === entry.ref.id;
  const result = isCurrent ? current : await heads.source(versionId);
  if (!result.found) {
    const isDangling = await heads.isDangling('source', versionId);
    return isDangling ? { kind: 'skip', skip: { versionId, reason: 'dangling-link' } } : NONE;
  }
  const { head } = result;
  if (refOfHead(head).id !== entry.ref.id) return NONE;
  // Replicas that this service made at this very place are never passed on; a user's copy of one is an ordinary object.
  const marker = ownMarker(await claimAt(run, head, 'source'));
  if (marker !== undefined) {
    const isCopy = await originals.isCopy(marker, entry.ref);
    if (isHalt(isCopy)) return isCopy;
    // P33: Replicas are never passed on.
    if (!isCopy) return NONE;
  }
  // P11b: The bytes of a version identify nothing.
  return findingOf(run, entry, head);
}

/** Whether a version can be copied now, and by which rule. Throws `CosError`. */
export async function findingOf(run: Needs<'deps' | 'work'>, entry: Entry, head: ObjectHead): Promise<Finding> {
  const rule = await ruleOf(run, entry);
  if (rule === undefined) return { kind: 'untagged' };
  const marker = sampleMarker(run.work.source, entry.ref, head);
  const reason = skipReasonOf(head, rule, marker, run.deps.settings.metadataLimit);
  if (reason !== undefined) return { kind: 'skip', skip: { versionId: entry.versionId, reason } };
  return { kind: 'copy', candidate: { entry, head, rule } };
}

/** The rule that covers a version of the source. Its tags are read if a rule asks for them. */
export async function ruleOf({ deps, work }: Needs<'deps' | 'work'>, entry: Entry): Promise<Rule | undefined> {
  const { rules, source, key } = work;
  const tags = needsTags(rules) ? await at('source', () => deps.cos.getTags(source, key, entry.versionId)) : undefined;
  return governing(rules, entry, tags);
}
