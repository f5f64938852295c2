/**
 * Causes of work that waits for its turn. They stand apart from their explanations, because a function that replicates
 * needs only the names. A test checks them against the states of `CAUSES`.
 */
export const WAITING_CAUSES: ReadonlySet<string> = new Set([
  'awaiting-event',
  'missed-event',
  'destination-behind',
  'rule-was-disabled',
  'existing-object',
  'running',
  'taken',
  'requested',
  'settle',
  'lease',
  'HandOver',
  'RulesChanged',
  'RuleDisabled',
  'large',
  'KeyUnsettled',
  'waiting-or-awaiting-event',
  'destination-unreadable',
]);

/** A cause that is not one of these is a failure: ours, or an error code of COS. */
export const isFailure = (cause: string): boolean => !WAITING_CAUSES.has(cause);
