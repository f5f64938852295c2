import type { Explanation } from './causes.ts';

export interface Refusal extends Explanation {
  /** HTTP status that the code goes with. */
  readonly status: number;
}

const SIGN = 'Sign again.';
const RETRY = 'Try again later.';

/** Every error code with which the API answers: COS's own where it has one. A 5xx only where a retry can help. */
export const REFUSALS = {
  AccessDenied: {
    status: 403,
    means: 'unsigned, expired, or a right, a source or a destination that the key does not have',
    todo: 'Use a key that may do it.',
  },
  InvalidAccessKeyId: {
    status: 403,
    means: 'no API key of this service has that ID',
    todo: 'Make one; CAM keys are none.',
  },
  SignatureDoesNotMatch: { status: 403, means: 'the signature is of another request or secret', todo: SIGN },
  RequestTimeTooSkewed: { status: 403, means: 'the signature begins in the future', todo: 'Set the clock.' },
  UserNotSourceBucketOwner: {
    status: 403,
    means: 'the source is not in serverless.yml, or the role may not use it',
    todo: 'Add it and deploy again.',
  },
  UserNotTargetBucketOwner: {
    status: 403,
    means: 'the destination is not in serverless.yml, or the role may not use it',
    todo: 'Add it and deploy again.',
  },
  MalformedXML: { status: 400, means: 'the document is no replication configuration', todo: 'See the message.' },
  XMLSizeLimit: { status: 400, means: 'the document is larger than it may be', todo: 'Send a shorter one.' },
  MissingRequestBodyError: { status: 400, means: 'the body is empty', todo: 'Send it.' },
  MissingContentLength: { status: 411, means: 'the body came without its length', todo: 'Send Content-Length.' },
  IncompleteBody: { status: 400, means: 'the body is shorter than Content-Length says', todo: 'Send it in full.' },
  EntitySizeNotMatch: {
    status: 400,
    means: 'the body is longer than Content-Length says',
    todo: 'Send the true length.',
  },
  EntityTooLarge: { status: 400, means: 'the JSON body is too large', todo: 'Send less at once.' },
  InvalidDigest: { status: 400, means: 'Content-MD5 is no digest', todo: 'Send a digest, or none.' },
  BadDigest: { status: 400, means: 'Content-MD5 is of another body', todo: 'Send the body again.' },
  InvalidArgument: { status: 400, means: 'a value cannot be', todo: 'See the message.' },
  InvalidTag: { status: 400, means: 'a tag of a filter cannot be', todo: 'See the message.' },
  InvalidRegionName: { status: 400, means: 'there is no such region', todo: 'See the message.' },
  TargetBucketNameInvalid: {
    status: 400,
    means: 'the destination is not written as COS does',
    todo: 'See the message.',
  },
  InvalidBucketName: { status: 400, means: 'the request does not say which source is meant', todo: 'Name it.' },
  InvalidObjectName: { status: 400, means: 'no object can have that key', todo: 'Name another.' },
  InvalidURI: { status: 400, means: 'the address cannot be read', todo: 'Encode it.' },
  InvalidRequest: { status: 400, means: 'the request cannot be', todo: 'See the message.' },
  KeyTooLong: { status: 400, means: 'the key is longer than 850 bytes', todo: 'Name another.' },
  BucketVersionNotOpen: { status: 400, means: 'versioning is not enabled on both sides', todo: 'Enable it.' },
  NoSuchBucket: { status: 404, means: 'the bucket does not exist', todo: 'Make it.' },
  NoSuchKey: { status: 404, means: 'the source has no such key', todo: 'Name another.' },
  NoSuchVersion: { status: 404, means: 'the key has no such version', todo: 'Name another.' },
  NoSuchVerification: { status: 404, means: 'no such verification is kept', todo: 'Begin one.' },
  ReplicationConfigurationnotFoundError: { status: 404, means: 'no rules are stored', todo: 'Store some.' },
  MethodNotAllowed: { status: 405, means: 'there is no such call', todo: 'See `Allow`.' },
  InvalidBucketState: {
    status: 409,
    means: 'the role of the deployment lacks a right, or somebody has damaged what is stored',
    todo: 'See the log of `api`; rules are mended by DELETE and PUT.',
  },
  PreconditionFailed: {
    status: 412,
    means: 'the rules are not those that `If-Match` names',
    todo: 'Get them again and repeat the change.',
  },
  InternalError: { status: 500, means: 'nobody thought of it', todo: RETRY },
  SlowDown: { status: 503, means: 'COS asks for fewer requests', todo: RETRY },
  ServiceUnavailable: { status: 503, means: 'COS or the state bucket does not answer', todo: RETRY },
} as const satisfies Readonly<Record<string, Refusal>>;

export type RefusalCode = keyof typeof REFUSALS;
