import { candidatesFor } from './match.ts';
import { CANARY_PREFIX } from './reserved.ts';
import type { Candidates, RuleSet } from './types.ts';

/** The rules of canaries have this ID. No other rule has it in the figures of rules. */
const ID = '.replication-canary';

/**
 * The groups of a key for a run that copies, like `candidatesFor`, except that a canary goes to every destination of an
 * enabled rule, as a plain object. The caller must check that the canary is awaited.
 */
export function candidatesOfRun(ruleSet: RuleSet, key: string): Candidates[] {
  if (!key.startsWith(CANARY_PREFIX)) return candidatesFor(ruleSet, key);
  const seen = new Set<string>();
  return ruleSet.rules.flatMap((rule): Candidates[] => {
    const { enabled, destination } = rule;
    if (!enabled || seen.has(destination.bucket)) return [];
    seen.add(destination.bucket);
    const plain = { tags: [], storageClass: undefined, kmsKeyId: undefined, replicaAcl: false, deleteMarkers: false };
    return [{ destination, rules: [{ ...rule, ...plain, id: ID, prefix: CANARY_PREFIX, start: 0 }] }];
  });
}
