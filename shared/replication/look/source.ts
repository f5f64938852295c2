import { samePlace } from '../../cos/index.ts';
import { unreadable } from '../decide/skips.ts';
import { ReplicaArchived } from '../errors.ts';
import { ruleOf, type Candidate } from './candidates.ts';
import type { Needs } from '../run/run.ts';
import type { Entry, OwnItem } from '../types.ts';
import { refOfHead, versionIdOf } from '../../identity/index.ts';

/**
 * The source version of a replica that has to be copied again but cannot be read, because a rule or a lifecycle has
 * archived it. Whether a rule still covers the version does not matter: it already has its replica, which only moves.
 * Throws `ReplicaArchived` if the source is gone or cannot be read either.
 */
export async function sourceOf(
  run: Needs<'deps' | 'work' | 'heads'>,
  { versionId, marker }: OwnItem,
): Promise<Candidate> {
  if (!samePlace(marker.source, run.work.source)) throw new ReplicaArchived(versionId);
  const { ref } = marker;
  const entry: Entry = { ref, versionId: versionIdOf(ref), deleteMarker: false, current: true };
  const found = await run.heads.source(entry.versionId);
  if (!found.found || refOfHead(found.head).id !== ref.id || unreadable(found.head) !== undefined) {
    throw new ReplicaArchived(entry.versionId);
  }
  const rule = (await ruleOf(run, entry)) ?? run.work.rules[0];
  if (rule === undefined) throw new ReplicaArchived(entry.versionId);
  return { entry, head: found.head, rule };
}
