import type { Grant } from '../../cos/index.ts';
import { isNullRef, refOfHead } from '../../identity/index.ts';
import { governing } from '../decide/scope.ts';
import { isRecent, mayBeOfAnother } from '../look/same-second.ts';
import { isSourceGone } from '../errors.ts';
import type { Session } from '../session.ts';
import type { Marker } from '../../identity/index.ts';
import type { Entry, Observation, ReplicaItem } from '../types.ts';

/** Replicas compared at once; each takes two requests, or four with the ACL. */
const BATCH = 8;

type Tags = readonly (readonly [string, string])[];

/**
 * Gives the replicas of versions in scope the tags that their source has now, and its ACL where the governing rule has
 * `ReplicaAcl`. COS sends no event when these change, so it is done only where the work asks for it, once for each replica
 * in a run. Both belong to the version as it is: no new one is written. What has gone meanwhile on either side is left.
 */
export async function bringProperties(session: Session, seen: Observation): Promise<void> {
  const entries = new Map(seen.entries.map((entry) => [entry.ref.id, entry]));
  const replicas = [...session.written, ...seen.stack].filter((item) => item.kind === 'replica');
  const pairs = replicas.flatMap((item) => {
    if (!isDue(session, item.marker)) return [];
    if (session.compared.has(item.versionId) || session.removed.has(item.versionId)) return [];
    const entry = entries.get(item.marker.ref.id);
    return entry === undefined || entry.deleteMarker ? [] : [{ item, entry }];
  });
  for (let i = 0; i < pairs.length; i += BATCH) {
    session.checkTime();
    const done = await Promise.allSettled(
      pairs.slice(i, i + BATCH).map(async ({ item, entry }) => {
        if (session.compared.has(item.versionId)) return;
        session.compared.add(item.versionId);
        await bringOne(session, item, entry);
      }),
    );
    // Only when all have ended: none may write once the key is given back.
    const failure = done.find((one) => one.status === 'rejected' && !isSourceGone(one.reason));
    if (failure?.status === 'rejected') throw failure.reason;
  }
}

/** Of `null` versions of one second, which differ in nothing else, those of the last one count without being asked for. */
const isDue = ({ work, deps }: Session, marker: Marker): boolean =>
  work.compare || (mayBeOfAnother(marker) && isRecent(marker, deps.now()));

async function bringOne(session: Session, item: ReplicaItem, entry: Entry): Promise<void> {
  const { deps, work } = session;
  const { source, destination, key } = work;
  const { cos } = deps;
  const [wanted, there] = await Promise.all([
    session.at('source', () => cos.getTags(source, key, entry.versionId)),
    session.at('destination', () => cos.getTags(destination, key, item.versionId)),
  ]);
  // Tags may have taken the version out of every rule's scope: then its replica stays as it is.
  const rule = governing(work.rules, entry, wanted);
  if (rule === undefined) return;
  const grants = rule.replicaAcl
    ? await Promise.all([
        session.at('source', () => cos.getGrants(source, key, entry.versionId)),
        session.at('destination', () => cos.getGrants(destination, key, item.versionId)),
      ])
    : undefined;
  const hasTags = textOfTags(wanted) === textOfTags(there);
  const hasGrants = grants === undefined || textOfGrants(grants[0]) === textOfGrants(grants[1]);
  if (hasTags && hasGrants) return;
  if (!(await isStillThere(session, entry))) return;
  await session.writable();
  session.checkTime();
  if (!hasTags) await session.at('destination', () => cos.putTags(destination, key, item.versionId, wanted));
  if (grants !== undefined && !hasGrants)
    await session.at('destination', () => cos.putGrants(destination, key, item.versionId, grants[0]));
  session.counts.retagged += 1;
}

/** `null` is used again: what was read may be that of a version that has taken its place. */
async function isStillThere(session: Session, { ref, versionId }: Entry): Promise<boolean> {
  if (!isNullRef(ref)) return true;
  const result = await session.headSource(versionId);
  return result.found && refOfHead(result.head).id === ref.id;
}

/** In any order: COS does not promise one. */
const textOfTags = (tags: Tags): string => JSON.stringify(tags.map((tag) => JSON.stringify(tag)).toSorted());

/** Each right once, in any order. */
const textOfGrants = (grants: readonly Grant[]): string =>
  JSON.stringify([...new Set(grants.map(({ permission, grantee }) => `${permission} ${grantee}`))].toSorted());
