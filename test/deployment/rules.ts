import type { Place } from '../../shared/cos/index.ts';
import type { Rule, RuleSet, StoredRules } from '../../shared/rules/index.ts';

/** A plain rule for a whole bucket, from the beginning of time unless told otherwise. */
export const wholeBucket = (destination: Place, some: Partial<Rule> = {}): Rule => ({
  id: 'all',
  enabled: true,
  priority: 0,
  prefix: '',
  tags: [],
  destination,
  storageClass: undefined,
  kmsKeyId: undefined,
  kmsObjects: false,
  deleteMarkers: true,
  replicaAcl: false,
  existing: undefined,
  start: 0,
  deleteMarkersSince: 0,
  ...some,
});

/** Rules to store where nobody asks for their document. */
export function stored(ruleSet: RuleSet): StoredRules {
  return { ...ruleSet, xml: ['', ...ruleSet.rules.map(() => '')] };
}
