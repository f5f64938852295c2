/** The rule model: the document and its checks, which rule covers which version, and where rules are kept. */
export { MAX_DOCUMENT, parseRules } from './document.ts';
export { MISMATCHES, explain } from './explain.ts';
export type { Mismatch, Verdict } from './explain.ts';
export { candidatesOfRun } from './canary.ts';
export { candidatesFor, governingRule } from './match.ts';
export type { ScopeEntry } from './match.ts';
export type { OverlapReading } from './priorities.ts';
export { CANARY_PREFIX, isReserved, PREFLIGHT_PREFIX, STATUS_PREFIX } from './reserved.ts';
export { isStorageClass } from './rule.ts';
export { mergeStarts } from './starts.ts';
export { createRuleStore, RULES, storedRules } from './store.ts';
export type { BothRules, RuleStore } from './store.ts';
export { checkDestinations, checkSource } from './validate.ts';
export type { Listed } from './validate.ts';
export type * from './types.ts';
