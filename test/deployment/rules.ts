import type { Place } from '../../shared/cos/index.ts';
import type { Rule, RuleSet, StoredRules } from '../../shared/rules/index.ts';

/** A plain rule for a whole bucket, in force since the beginning of time by default. */
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

/** Stored rules whose document does not matter. */
export function stored(ruleSet: RuleSet): StoredRules {
  return { ...ruleSet, xml: ['', ...ruleSet.rules.map(() => '')] };
}
