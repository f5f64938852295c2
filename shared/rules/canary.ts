import { candidatesFor } from './match.ts';
import { CANARY_PREFIX } from './reserved.ts';
import type { Candidates, RuleSet } from './types.ts';

/** The rules of canaries have this ID, which is nobody else's in the figures of rules. */
const ID = '.replication-canary';

/**
 * The groups of a key for a run that copies: as `candidatesFor`, but a canary goes to every destination of an enabled rule,
 * as a plain object. Whether a key is a canary that somebody awaits is for the caller to find out.
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
