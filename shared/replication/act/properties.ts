import type { Cos, Grant } from '../../cos/index.ts';
import { isNullRef, refOfHead } from '../../identity/index.ts';
import { governing } from '../decide/scope.ts';
import { isRecent, mayBeOfAnother } from '../look/same-second.ts';
import { at, isSourceGone } from '../errors.ts';
import { sameTags } from './tags.ts';
import type { Needs } from '../run/run.ts';
import type { Ending } from '../halt.ts';
import type { Marker } from '../../identity/index.ts';
import type { Entry, Observation, ReplicaItem } from '../types.ts';

/** Replicas compared at once; each takes two requests, or four with the ACL. */
const BATCH = 8;

type Bringing = Needs<'deps' | 'work' | 'time' | 'heads' | 'gate' | 'deeds' | 'deedLog'>;

/**
 * Gives the replicas of versions in scope the current tags of their source, and its ACL if the governing rule has
 * `ReplicaAcl`. COS sends no event when these change, so it is done only if the work asks for it, once for each replica
 * in a run. Tags and ACL belong to the existing version, so no new one is written. Versions that have gone on either
 * side are skipped.
 */
export async function bringProperties(run: Bringing, seen: Observation): Promise<Ending | undefined> {
  const { deeds, deedLog } = run;
  const entries = new Map(seen.entries.map((entry) => [entry.ref.id, entry]));
  const replicas = [...deeds.written, ...seen.stack].filter((item) => item.kind === 'replica');
  const pairs = replicas.flatMap((item) => {
    if (!isDue(run, item.marker)) return [];
    if (deeds.compared.has(item.versionId) || deeds.removed.has(item.versionId)) return [];
    const entry = entries.get(item.marker.ref.id);
    return entry === undefined || entry.deleteMarker ? [] : [{ item, entry }];
  });
  for (let i = 0; i < pairs.length; i += BATCH) {
    const over = run.time.over();
    if (over) return over;
    const done = await Promise.allSettled(
      pairs.slice(i, i + BATCH).map(async ({ item, entry }) => {
        if (deeds.compared.has(item.versionId)) return undefined;
        deedLog.hasCompared(item.versionId);
        return bringOne(run, item, entry);
      }),
    );
    // Only when all have ended, because none may write once the key is given back.
    const failure = done.find((one) => one.status === 'rejected' && !isSourceGone(one.reason));
    if (failure?.status === 'rejected') throw failure.reason;
    for (const one of done) if (one.status === 'fulfilled' && one.value !== undefined) return one.value;
  }
  return undefined;
}

/**
 * Whether this replica must be compared. `null` versions of one second may differ in nothing else, so theirs always
 * are.
 */
const isDue = ({ work, deps }: Needs<'work' | 'deps'>, marker: Marker): boolean =>
  work.compare || (mayBeOfAnother(marker) && isRecent(marker, deps.now()));

async function bringOne(run: Bringing, item: ReplicaItem, entry: Entry): Promise<Ending | undefined> {
  const { work, gate, time, heads, deedLog } = run;
  const { cos } = run.deps;
  const { destination, key } = work;
  const differs = await differenceOf(run, item, entry);
  if (differs === undefined) return undefined;
  if (!(await isStillThere({ heads }, entry))) return undefined;
  const halt = (await gate.closed()) ?? time.over();
  if (halt) return halt;
  const { tags, grants } = differs;
  if (tags !== undefined) await at('destination', () => cos.putTags(destination, key, item.versionId, tags));
  if (grants !== undefined) await at('destination', () => cos.putGrants(destination, key, item.versionId, grants));
  deedLog.retagged();
  return undefined;
}

interface Difference {
  /** The source's tags, if the replica has others. */
  readonly tags: Awaited<ReturnType<Cos['getTags']>> | undefined;
  readonly grants: readonly Grant[] | undefined;
}

/** Undefined when the replica has the tags and, if a rule asks for it, the ACL of its version. */
async function differenceOf(
  { work, deps: { cos } }: Needs<'deps' | 'work'>,
  item: ReplicaItem,
  entry: Entry,
): Promise<Difference | undefined> {
  const { source, destination, key } = work;
  const [wanted, there] = await Promise.all([
    at('source', () => cos.getTags(source, key, entry.versionId)),
    at('destination', () => cos.getTags(destination, key, item.versionId)),
  ]);
  // Tags may have taken the version out of every rule's scope; its replica then stays as it is.
  const rule = governing(work.rules, entry, wanted);
  if (rule === undefined) return undefined;
  const grants = rule.replicaAcl
    ? await Promise.all([
        at('source', () => cos.getGrants(source, key, entry.versionId)),
        at('destination', () => cos.getGrants(destination, key, item.versionId)),
      ])
    : undefined;
  const tags = sameTags(wanted, there) ? undefined : wanted;
  const hasGrants = grants === undefined || textOfGrants(grants[0]) === textOfGrants(grants[1]);
  if (tags === undefined && hasGrants) return undefined;
  return { tags, grants: hasGrants ? undefined : grants?.[0] };
}

/**
 * Whether every observed replica has the current tags of its version, and its ACL if a rule asks for it. Writes
 * nothing. A version that has gone on either side counts as different. Throws `CosError`.
 */
export async function hasProperties(
  run: Needs<'deps' | 'work' | 'time'>,
  seen: Observation,
): Promise<boolean | Ending> {
  const entries = new Map(seen.entries.map((entry) => [entry.ref.id, entry]));
  const pairs = seen.stack.flatMap((item) => {
    const entry = item.kind === 'replica' ? entries.get(item.marker.ref.id) : undefined;
    return item.kind === 'replica' && entry !== undefined && !entry.deleteMarker ? [{ item, entry }] : [];
  });
  for (let i = 0; i < pairs.length; i += BATCH) {
    const over = run.time.over();
    if (over) return over;
    const found = await Promise.all(
      pairs
        .slice(i, i + BATCH)
        .map(({ item, entry }) =>
          differenceOf(run, item, entry).catch((error: unknown) =>
            isSourceGone(error) ? 'gone' : Promise.reject(error),
          ),
        ),
    );
    if (found.some((one) => one !== undefined)) return false;
  }
  return true;
}

/** Whether the version still exists. The ID `null` is used again, so it may be another version by now. */
async function isStillThere({ heads }: Needs<'heads'>, { ref, versionId }: Entry): Promise<boolean> {
  if (!isNullRef(ref)) return true;
  const result = await heads.source(versionId);
  return result.found && refOfHead(result.head).id === ref.id;
}

/** Grants as text: each right once, in one order. */
const textOfGrants = (grants: readonly Grant[]): string =>
  JSON.stringify([...new Set(grants.map(({ permission, grantee }) => `${permission} ${grantee}`))].toSorted());
