import type { Evidence, Listed } from './invariants.ts';

/**
 * Tells of a version without a replica whether the lifecycle of the destination, or a user there, has removed its replica. No
 * other version is excused.
 */
export function excuses({ diary, ledger }: Pick<Evidence, 'diary' | 'ledger'>): (version: Listed) => boolean {
  const expired = new Set([...diary.expired].map((id) => ledger.made.get(id)?.origin.versionId));
  return ({ versionId }) => expired.has(versionId);
}
