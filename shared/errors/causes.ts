/** The explanation of one cause or reason, for readers of the API, the pages and messages. */
export interface Explanation {
  /** The event, and its reason. */
  readonly means: string;
  /** The advice for the reader. Most causes need none. */
  readonly todo: string;
}

export interface CauseEntry extends Explanation {
  /** PENDING: the work waits for its turn. FAILED: the last try ended with this cause, and another one follows. */
  readonly state: 'PENDING' | 'FAILED';
}

const AGAIN = 'Nothing: the service tries again, later each time.';
const WAIT = 'Wait.';
const REATTEMPT = 'Wait for the next scan, or reattempt the key.';

/**
 * Every cause that this service names by itself: why a version has no replica yet, or why its key has open work. Any
 * other cause is an error code of COS, and FAILED. Tests check the lists on the API's page and the texts of the console
 * against this.
 */
export const CAUSES = {
  'awaiting-event': {
    state: 'PENDING',
    means: 'the version is younger than a quarter of an hour, and the event of COS has not come yet',
    todo: WAIT,
  },
  'missed-event': {
    state: 'PENDING',
    means:
      'after a quarter of an hour there is no replica and no waiting work: the event was lost, or somebody removed the newest replica (the two look alike)',
    todo: REATTEMPT,
  },
  'destination-behind': {
    state: 'PENDING',
    means:
      'so much work failed at the destination that newer work is left to a scan; `behind` in the status of the bucket says since when and why',
    todo: 'Wait: a scan begins once the destination answers again. Until then see the cause in `behind`.',
  },
  'rule-was-disabled': {
    state: 'PENDING',
    means:
      'there is no replica and no waiting work. The rule was disabled after the version was written and enabled again: its event may have come in between, and was dropped',
    todo: REATTEMPT,
  },
  'existing-object': {
    state: 'PENDING',
    means: 'the version is older than the rule, which asks for existing objects: COS sends no event for it',
    todo: REATTEMPT,
  },
  running: { state: 'PENDING', means: 'a run is at work on the key', todo: WAIT },
  taken: {
    state: 'PENDING',
    means: 'another run was at work on the key when the event came',
    todo: 'Wait: a run looks at the key again within two minutes.',
  },
  requested: { state: 'PENDING', means: 'somebody asked for it with `replicationReattempt`', todo: WAIT },
  settle: {
    state: 'PENDING',
    means: 'a run looked at the key while listings could still lag. A complete key does not show this cause',
    todo: 'Wait: a run looks at the key again a minute later.',
  },
  lease: {
    state: 'PENDING',
    means: 'the run that held the lease of the key was killed',
    todo: 'Wait: another run takes the key over when the lease expires.',
  },
  HandOver: {
    state: 'PENDING',
    means: 'the work is too large, or takes too long, for the run that began it',
    todo: 'Wait: `task` goes on with it.',
  },
  RulesChanged: {
    state: 'PENDING',
    means: 'the rules were changed while a run was at work',
    todo: 'Wait: a run looks at the key by the new rules. Work that no rule covers is dropped.',
  },
  RuleDisabled: {
    state: 'PENDING',
    means: 'the rule is disabled',
    todo: 'Enable it: the work then goes on within minutes. Only removing the rule drops the work.',
  },
  large: { state: 'PENDING', means: 'a copy in parts is in progress', todo: WAIT },
  KeyUnsettled: {
    state: 'PENDING',
    means: 'the key is written faster than a run can look at it',
    todo: 'Write the key less often.',
  },
  'waiting-or-awaiting-event': {
    state: 'PENDING',
    means:
      'more than 20,000 pieces of work wait for the destination. Not all were looked through: the work of this key may be among the rest',
    todo: 'See the failures of the destination.',
  },
  'destination-unreadable': {
    state: 'PENDING',
    means:
      'the destination could not be read for this answer; `error` is its error code. Failed work keeps its own cause, and `error` stands beside it',
    todo: 'Run the pre-flight.',
  },
  BucketVersionNotOpen: {
    state: 'FAILED',
    means: 'versioning of the destination is suspended: a replica would overwrite an object',
    todo: 'Enable versioning again.',
  },
  order: {
    state: 'FAILED',
    means: 'an older version came late, and putting it in its place would rebuild too many replicas',
    todo: 'Remove the replicas above it, or accept the gap: the newest version is there.',
  },
  depth: {
    state: 'FAILED',
    means: 'the key has more than 100,000 versions, too many to be looked at',
    todo: 'Let a lifecycle rule remove old versions.',
  },
  ReplicaArchived: {
    state: 'FAILED',
    means:
      'an older version came late. A replica above it has to be written again but is archived, and the source version of that replica is gone or archived too',
    todo: 'Restore the archived replica, then reattempt the key.',
  },
  ReplicaChecksumMismatch: {
    state: 'FAILED',
    means: 'the copy had other bytes than the source, and the run removed it',
    todo: AGAIN,
  },
  MarkerKeyMissing: {
    state: 'FAILED',
    means: 'the state bucket holds no marker key, which signs the markers on replicas',
    todo: 'Deploy again.',
  },
  NoProgress: {
    state: 'FAILED',
    means: 'a run used up its time on the key and achieved nothing',
    todo: AGAIN,
  },
  InvalidStateObject: {
    state: 'FAILED',
    means: 'somebody damaged the work of the key on the state bucket',
    todo: 'Reattempt the key; the log of `task` or `schedule` names the object.',
  },
  InvalidRules: {
    state: 'FAILED',
    means: 'somebody damaged the rules on the state bucket, so nobody knows what to replicate',
    todo: 'DELETE the rules and PUT them again.',
  },
  ConnectionFailed: { state: 'FAILED', means: 'COS could not be reached', todo: AGAIN },
  ConnectionReset: { state: 'FAILED', means: 'the connection to COS broke before the answer', todo: AGAIN },
  AnswerTimeout: { state: 'FAILED', means: 'COS gave no answer in time', todo: AGAIN },
  AnswerIncomplete: { state: 'FAILED', means: 'the answer of COS was cut off', todo: AGAIN },
  AnswerMalformed: { state: 'FAILED', means: 'the answer of COS did not have its documented form', todo: AGAIN },
  AnswerTooLarge: { state: 'FAILED', means: 'the answer of COS was larger than this service accepts', todo: AGAIN },
  AnswerOutOfOrder: { state: 'FAILED', means: 'COS listed keys out of their order', todo: AGAIN },
  DeadlineReached: { state: 'FAILED', means: 'the time of the run was over before the request', todo: AGAIN },
  InternalError: {
    state: 'FAILED',
    means: 'an error that this service did not expect',
    todo: 'See the log of the function.',
  },
} as const satisfies Readonly<Record<string, CauseEntry>>;

/** A cause that this service names by itself. */
export type Cause = keyof typeof CAUSES;

/** Undefined: an error code of COS. */
export const causeEntry = (cause: string): CauseEntry | undefined =>
  Object.hasOwn(CAUSES, cause) ? CAUSES[cause as Cause] : undefined;

/** Why a version has no replica, and gets none as things are. A reason concerns one version alone. */
export const SKIPS = {
  'no-rule': {
    means: 'no rule covers the version now; an earlier rule left the replica that `replicaVersionId` names',
    todo: 'Nothing, or add a rule that covers it.',
  },
  archived: { means: 'the source object is archived', todo: 'Restore it: COS then sends an event.' },
  'customer-key': {
    means: 'the object is encrypted with a customer key (SSE-C), and nobody else can read it',
    todo: 'Write the object without such a key.',
  },
  'unknown-encryption': {
    means: 'COS names an encryption that this service does not know',
    todo: 'Update this service, or write the object with another encryption.',
  },
  'unknown-class': {
    means: 'the object has a storage class that this service does not know and the destination refuses',
    todo: 'Update this service, write the object with another class, or name a class in the rule.',
  },
  'kms-not-selected': {
    means: 'the object is encrypted with KMS, and the rule leaves such objects out',
    todo: 'Select such objects with SourceSelectionCriteria.',
  },
  'metadata-limit': {
    means: 'the metadata of the object leaves no room for the replication marker',
    todo: 'Write the object with less user metadata.',
  },
  'reserved-metadata': {
    means: 'the user metadata uses a name of the replication marker, so a replica would lose that entry',
    todo: 'Write that entry under another name.',
  },
  appended: {
    means: 'the object was made by appends, and COS does not copy such objects',
    todo: 'Write the object whole, with PUT.',
  },
  'dangling-link': {
    means: 'the object is a symbolic link whose target does not exist',
    todo: 'Write the target, then reattempt the key: COS sends no event for the link.',
  },
  overtaken: { means: 'the version is a delete marker, and a newer version stands above it', todo: 'Nothing.' },
  'removed-at-destination': {
    means: 'a newer replica proves that the replica of this version existed and was removed',
    todo: 'Nothing, or remove the newer replicas and reattempt the key.',
  },
  'not-at-destination': {
    means:
      'newer replicas say that the version was not missing when they were made; nothing proves that its replica ever existed',
    todo: 'Nothing, or remove the newer replicas and reattempt the key.',
  },
} as const satisfies Readonly<Record<string, Explanation>>;

export type SkipCode = keyof typeof SKIPS;
export const SKIP_CODES = Object.keys(SKIPS) as readonly SkipCode[] as readonly [SkipCode, ...SkipCode[]];
