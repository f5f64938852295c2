import { LANDING_MS } from '../../shared/durations/index.ts';
import { timeOfVersionId } from '../cloud/cos/index.ts';
import type { Place } from '../../shared/cos/index.ts';
import type { Diary } from './diary.ts';
import { byKey, nameOf, type Evidence, type Listed } from './invariants.ts';
import type { Ledger, Origin } from './ledger.ts';
import type { Link } from './topology.ts';

/**
 * Source versions without a replica, but with a user's copy of a replica, made while the attempt itself might still
 * have taken effect. Once the original is removed, the copy cannot be told from it, and has everything that a replica
 * has: a known limit.
 */
export function orphanedCopies(
  { core, diary, ledger }: Pick<Evidence, 'core' | 'diary' | 'ledger'>,
  { source, destination }: Link,
): readonly string[] {
  return [...byKey(core, destination).values()].flatMap((stack) =>
    stack.flatMap((version) => {
      const origin = originOfOrphan(diary, ledger, stack, version);
      return origin?.bucket === source.bucket ? [nameOf(version, origin.versionId)] : [];
    }),
  );
}

/** Whether a version is such a copy at this moment. Beside a newer replica it is removed like a replica. */
export function isOrphanedCopy(
  { core, diary, ledger }: Pick<Evidence, 'core' | 'diary' | 'ledger'>,
  place: Place,
  key: string,
  versionId: string,
): boolean {
  const stack = byKey(core, place).get(key) ?? [];
  const version = stack.find((one) => one.versionId === versionId);
  return version !== undefined && originOfOrphan(diary, ledger, stack, version) !== undefined;
}

/** The original of the replica for which a user's copy stands; undefined: the version is no such copy. */
function originOfOrphan(
  { copies }: Diary,
  { made }: Ledger,
  stack: readonly Listed[],
  { versionId, time }: Listed,
): Origin | undefined {
  let from = copies.get(versionId);
  while (from !== undefined && copies.has(from)) from = copies.get(from);
  if (from === undefined || stack.some((one) => one.versionId === from)) return undefined;
  const inTime = time - (timeOfVersionId(from) ?? 0) <= LANDING_MS * 1000;
  return inTime ? made.get(from)?.origin : undefined;
}
