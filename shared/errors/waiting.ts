/**
 * Causes with which work waits for its turn. They stand apart from what explains them, because a function that replicates
 * needs to know no more. The states of `CAUSES` are checked against this.
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

/** A cause that is not one of ours is an error code. */
export const isFailure = (cause: string): boolean => !WAITING_CAUSES.has(cause);
