/** The explanation of one cause or reason, for readers of the API, of the pages and of messages. */
export interface Explanation {
  /** The event and its reason. */
  readonly means: string;
  /** The action that its reader may take. Most causes want none. */
  readonly todo: string;
}

export interface CauseEntry extends Explanation {
  /** PENDING: whose turn it is. FAILED: the last try ended so, and it is tried again. */
  readonly state: 'PENDING' | 'FAILED';
}

const AGAIN = 'Nothing: it is tried again by itself, later each time.';
const WAIT = 'Wait.';
const REATTEMPT = 'Wait for the next scan, or reattempt the key.';

/**
 * Why a version has no replica yet, or its key open work: every cause that this service names by itself. Any other one is
 * an error code of COS, and FAILED. The tables of the API's page and the texts of the console are checked against this.
 */
export const CAUSES = {
  'awaiting-event': {
    state: 'PENDING',
    means: 'written less than a quarter of an hour ago, and the event of COS is not here yet',
    todo: WAIT,
  },
  'missed-event': {
    state: 'PENDING',
    means:
      'after a quarter of an hour no replica is there and nothing waits: the event was lost, or somebody removed the newest replica (nothing tells these apart)',
    todo: REATTEMPT,
  },
  'rule-was-disabled': {
    state: 'PENDING',
    means:
      'no replica is there and nothing waits, and the rule was switched off and on again after the version was written: its event may have come meanwhile and was dropped',
    todo: REATTEMPT,
  },
  'existing-object': {
    state: 'PENDING',
    means: 'the version was there before the rule, which asks for existing objects: COS sends no event for it',
    todo: REATTEMPT,
  },
  running: { state: 'PENDING', means: 'a run is at work on the key', todo: WAIT },
  taken: {
    state: 'PENDING',
    means: 'a run was at work on the key when the event came',
    todo: 'Wait: it is looked at again with the timer after a minute, so within two.',
  },
  requested: { state: 'PENDING', means: 'asked for with `replicationReattempt`', todo: WAIT },
  settle: {
    state: 'PENDING',
    means: 'looked at while listings may have been too young; of a key that is done this is not shown',
    todo: 'Wait: it is looked at again a minute later.',
  },
  lease: {
    state: 'PENDING',
    means: 'a run broke off',
    todo: 'Wait: `schedule` has the key taken over when its lease is over.',
  },
  HandOver: {
    state: 'PENDING',
    means: 'too large, or too long, for the run that began',
    todo: 'Wait: `task` goes on.',
  },
  RulesChanged: {
    state: 'PENDING',
    means: 'the rules were changed while a run was at work',
    todo: 'Wait: it is looked at by the rules of now, or dropped where none ask for it.',
  },
  RuleDisabled: {
    state: 'PENDING',
    means: 'the rule is disabled',
    todo: 'Enable it: the work goes on within minutes, and goes away only with the rule.',
  },
  large: { state: 'PENDING', means: 'a copy in parts is under way', todo: WAIT },
  KeyUnsettled: {
    state: 'PENDING',
    means: 'the key is written faster than it can be looked at',
    todo: 'Write it less often.',
  },
  'waiting-or-awaiting-event': {
    state: 'PENDING',
    means:
      'more than 20,000 pieces of work wait for that destination; not all were looked through, so this key’s may be among the rest',
    todo: 'See the failures of the destination.',
  },
  'destination-unreadable': {
    state: 'PENDING',
    means:
      'the destination refused to be read for this answer; `error` is its code. Of failed work the cause is the work’s, and `error` stands beside it',
    todo: 'Run the pre-flight.',
  },
  BucketVersionNotOpen: {
    state: 'FAILED',
    means: 'versioning of the destination has been switched off: a replica would overwrite what is there',
    todo: 'Switch it on again.',
  },
  order: {
    state: 'FAILED',
    means: 'an older version came late, and putting it in its place would rebuild too many replicas',
    todo: 'Remove the replicas above it, or live without it: the newest version is there.',
  },
  depth: {
    state: 'FAILED',
    means: 'the key has more than 100,000 versions to be looked at',
    todo: 'Let a lifecycle rule remove old versions.',
  },
  ReplicaArchived: {
    state: 'FAILED',
    means:
      'an older version came late, and a replica above it, which has to be written again, is archived, while its source version is gone or archived too',
    todo: 'Restore the archived replica, then reattempt the key.',
  },
  ReplicaChecksumMismatch: {
    state: 'FAILED',
    means: 'the copy had other bytes than the source, and was removed',
    todo: AGAIN,
  },
  MarkerKeyMissing: {
    state: 'FAILED',
    means: 'the state bucket holds no key to sign replicas with',
    todo: 'Deploy again.',
  },
  NoProgress: {
    state: 'FAILED',
    means: 'a run used up its time on the key and brought nothing about',
    todo: AGAIN,
  },
  InvalidStateObject: {
    state: 'FAILED',
    means: 'somebody damaged the key’s work on the state bucket',
    todo: 'Reattempt the key; the log of `task` or `schedule` names the object.',
  },
  ConnectionFailed: { state: 'FAILED', means: 'COS could not be reached', todo: AGAIN },
  ConnectionReset: { state: 'FAILED', means: 'the connection to COS broke before the answer', todo: AGAIN },
  AnswerTimeout: { state: 'FAILED', means: 'COS gave no answer in time', todo: AGAIN },
  AnswerIncomplete: { state: 'FAILED', means: 'the answer of COS was cut off', todo: AGAIN },
  AnswerMalformed: { state: 'FAILED', means: 'the answer of COS was not what it must be', todo: AGAIN },
  AnswerTooLarge: { state: 'FAILED', means: 'the answer of COS was larger than any that is read', todo: AGAIN },
  DeadlineReached: { state: 'FAILED', means: 'the time of the run was over before the call', todo: AGAIN },
  InternalError: { state: 'FAILED', means: 'nobody thought of it', todo: 'See the log of the function.' },
} as const satisfies Readonly<Record<string, CauseEntry>>;

/** A cause that this service names by itself. */
export type Cause = keyof typeof CAUSES;

/** Undefined: an error code of COS. */
export const causeEntry = (cause: string): CauseEntry | undefined =>
  Object.hasOwn(CAUSES, cause) ? CAUSES[cause as Cause] : undefined;

/** A cause that is not one of ours is an error code. */
export const isFailure = (cause: string): boolean => causeEntry(cause)?.state !== 'PENDING';

/** Why a version has no replica and gets none as things are; each is of that version alone. */
export const SKIPS = {
  'no-rule': {
    means: 'no rule covers the version now, but `replicaVersionId` is there, left by an earlier rule',
    todo: 'Nothing, or add a rule that covers it.',
  },
  archived: { means: 'the source object is archived', todo: 'Restore it: COS then sends an event.' },
  'customer-key': {
    means: 'it is encrypted with a key of the customer (SSE-C), which nobody else can read',
    todo: 'Write it without such a key.',
  },
  'unknown-encryption': {
    means: 'COS names an encryption that this service has never heard of',
    todo: 'Update this service, or write it with another encryption.',
  },
  'kms-not-selected': {
    means: 'it is encrypted with KMS, and the rule leaves such objects out',
    todo: 'Select them with SourceSelectionCriteria.',
  },
  'metadata-limit': {
    means: 'its metadata leaves no room for the replication marker',
    todo: 'Write it with less user metadata.',
  },
  'reserved-metadata': {
    means: 'its user metadata bears a name of the replication marker, which a replica would lose',
    todo: 'Write it under another name.',
  },
  appended: {
    means: 'it was made by appends, and COS does not copy such objects',
    todo: 'Write it whole, with PUT.',
  },
  'dangling-link': {
    means: 'it is a symbolic link whose target is not there',
    todo: 'Write the target, then reattempt the key: COS sends no event for the link.',
  },
  overtaken: { means: 'a delete marker that something newer covers', todo: 'Nothing.' },
  'removed-at-destination': {
    means: 'a newer replica tells that this one was there',
    todo: 'Nothing, or reattempt the key after removing the newer ones.',
  },
} as const satisfies Readonly<Record<string, Explanation>>;

export type SkipCode = keyof typeof SKIPS;
export const SKIP_CODES = Object.keys(SKIPS) as readonly SkipCode[] as readonly [SkipCode, ...SkipCode[]];
