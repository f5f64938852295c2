import { LANDING_MS } from '../../shared/durations/index.ts';
import { timeOfVersionId } from '../cloud/cos/index.ts';
import { byKey, type Evidence } from './invariants.ts';
import type { Link } from './topology.ts';

/**
 * Source versions that have no replica any more, but a user's copy of one that was made while the attempt itself might still
 * have landed. With the original gone nothing tells the copy from it, and it has all that a replica has: a known limit.
 */
export function orphanedCopies(
  { core, diary, ledger }: Pick<Evidence, 'core' | 'diary' | 'ledger'>,
  { source, destination }: Link,
): readonly string[] {
  return [...byKey(core, destination).values()].flatMap((stack) =>
    stack.flatMap(({ versionId, time }) => {
      let from = diary.copies.get(versionId);
      while (from !== undefined && diary.copies.has(from)) from = diary.copies.get(from);
      const origin = from === undefined ? undefined : ledger.made.get(from)?.origin;
      if (from === undefined || origin?.bucket !== source.bucket) return [];
      const isGone = !stack.some((one) => one.versionId === from);
      const inTime = time - (timeOfVersionId(from) ?? 0) <= LANDING_MS * 1000;
      return isGone && inTime ? [origin.versionId] : [];
    }),
  );
}
