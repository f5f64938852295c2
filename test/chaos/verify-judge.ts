import type { Cos } from '../../shared/cos/index.ts';
import { engineOn } from '../deployment/engine.ts';
import type { EngineOptions } from '../../shared/replication/index.ts';
import { beginVerify, runVerify, VERIFY_NOTES, verifyDepsOf, type VerifyItem } from '../../shared/verify/index.ts';
import { skippedFor } from './skipped.ts';
import type { Evidence, Listed, Violation } from './invariants.ts';
import { byKey, isOriginal, nameOf, replicatedOver } from './invariants.ts';
import { CosFailure } from '../cloud/cos/index.ts';
import { orphanedCopies } from './orphans.ts';
import type { RuleBook } from './rule-book.ts';
import type { Link } from './topology.ts';

interface VerifyEvidence extends Evidence {
  /** The calls as they take effect, without any fault. */
  readonly cos: Cos;
  readonly now: () => number;
  /** Further parts of the functions of a deployment. */
  readonly wired: (book: RuleBook) => Pick<EngineOptions, 'keys' | 'settings'>;
}

/**
 * Verifies every pair of a world at rest, then once more after somebody has removed a replica of each. The list must
 * name every version that is missing by the judge's own record, and no other.
 */
export async function judgeVerify(evidence: VerifyEvidence): Promise<readonly Violation[]> {
  const found: Violation[] = [];
  for (const book of evidence.rules) {
    for (const pair of book.pairs()) {
      const link = evidence.topology.links.find(
        ({ source, destination }) =>
          source.bucket === pair.source.bucket && destination.bucket === pair.destination.bucket,
      );
      if (link === undefined) continue;
      found.push(...compare(evidence, book, link, await verify(evidence, book, link)));
      if (removeOne(evidence, link)) found.push(...compare(evidence, book, link, await verify(evidence, book, link)));
    }
  }
  return found;
}

/** Never given twice, as IDs are in a deployment. */
let given = 0;

async function verify(evidence: VerifyEvidence, book: RuleBook, { source, destination }: Link): Promise<VerifyItem[]> {
  const { cos, core, now } = evidence;
  const { keys, settings } = evidence.wired(book);
  const engine = engineOn(cos, {
    state: book.state,
    keys,
    now,
    unique: () => `v${(given += 1)}`,
    random: () => 0,
    sleep: async () => undefined,
    ...(settings === undefined ? {} : { settings }),
  });
  const ruleSet = await engine.rules.getFresh(source);
  if (ruleSet === undefined) return [];
  const moment = Math.floor(now());
  const query = { source, pairs: [{ source, destination }], ruleSet, prefix: '', upTo: moment, deep: false };
  const store = await beginVerify(
    { ...engine.deps, now, unique: () => engine.deps.unique() },
    { ...query, started: moment, owner: '' },
  );
  const { bucket, region } = book.state;
  const [note] = core.listObjects(bucket, region, { prefix: VERIFY_NOTES }).entries;
  await runVerify(verifyDepsOf({ engine, sleep: engine.sleep }), note?.key ?? '', moment + 900_000);
  for (const { key } of core.listObjects(bucket, region, { prefix: VERIFY_NOTES }).entries)
    await runVerify(verifyDepsOf({ engine, sleep: engine.sleep }), key, moment + 900_000);
  const job = await store.job();
  const ranges = await store.ranges(job?.ranges.length ?? 0);
  if (job === undefined || ranges.filter(({ done }) => done !== null).length < job.ranges.length)
    throw new Error('a verification did not end');
  const lists = await Promise.all(
    ranges.flatMap(({ number, parts }) => Array.from({ length: parts }, (_, part) => store.part(number, part))),
  );
  return lists.flat();
}

/** Removes the newest replica of the link without an event. Without the original a user's copy of it counts as ours. */
function removeOne({ core, ledger, diary }: VerifyEvidence, { source, destination }: Link): boolean {
  const copied = new Set(diary.copies.values());
  for (const [key, versions] of byKey(core, destination)) {
    const replica = versions.find(
      ({ versionId }) => ledger.made.get(versionId)?.origin.bucket === source.bucket && !copied.has(versionId),
    );
    if (replica === undefined) continue;
    try {
      core.deleteObject(destination.bucket, destination.region, key, replica.versionId, { requestId: 'judge' });
      return true;
    } catch (error) {
      // Nobody may remove it, so this one cannot be missing.
      if (!(error instanceof CosFailure && error.code === 'ObjectLocked')) throw error;
    }
  }
  return false;
}

function compare(
  evidence: VerifyEvidence,
  book: RuleBook,
  link: Link,
  list: readonly VerifyItem[],
): readonly Violation[] {
  const { core, ledger } = evidence;
  const copies = new Set(orphanedCopies(evidence, link));
  const replicas = replicatedOver(evidence, link);
  const itemOf = ({ key, versionId }: Listed): VerifyItem | undefined =>
    list.find(
      (item) =>
        item.key === key && item.versionId === versionId && (item.kind === 'missing' || item.kind === 'skipped'),
    );
  const found: Violation[] = [];
  for (const version of [...byKey(core, link.source).values()].flat()) {
    const { key, versionId, deleteMarker, time, attributes } = version;
    if (deleteMarker || !isOriginal(ledger, version)) continue;
    const [item, name] = [itemOf(version), nameOf(version)];
    const isDue = book.due(link, { key, deleteMarker, time: time / 1000, tags: attributes.tags });
    const about = `a verification of ${link.source.bucket} at ${link.destination.bucket}: ${key} ${versionId}`;
    const reason = skippedFor(version);
    if (isDue && reason !== undefined && !replicas.has(name) && item?.reason !== reason)
      found.push({ invariant: 'I8', text: `${about} is skipped for ${reason}, and ${item?.reason} is told` });
    if (isDue && !replicas.has(name) && !copies.has(name) && item === undefined)
      found.push({ invariant: 'I8', text: `${about} has no replica, and is not reported` });
    if (replicas.has(name) && item !== undefined)
      found.push({ invariant: 'I8', text: `${about} has a replica, and is reported as missing` });
  }
  return found;
}
