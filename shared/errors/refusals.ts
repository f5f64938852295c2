import type { Explanation } from './causes.ts';

export interface Refusal extends Explanation {
  /** HTTP status of the code. */
  readonly status: number;
}

const SIGN = 'Sign again.';
const RETRY = 'Try again later.';

/** Every error code that the API answers with: COS's own where it has one. 5xx stands only where a retry can help. */
export const REFUSALS = {
  AccessDenied: {
    status: 403,
    means: 'the request is unsigned or expired, or the key lacks the right, the source or the destination',
    todo: 'Sign it anew, or use a key that has the right.',
  },
  InvalidAccessKeyId: {
    status: 403,
    means: 'no API key of this service has that ID',
    todo: 'Make an API key; a CAM key does not count.',
  },
  SignatureDoesNotMatch: { status: 403, means: 'the signature belongs to another request or secret', todo: SIGN },
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
  MalformedXML: { status: 400, means: 'the document is not a replication configuration', todo: 'See the message.' },
  XMLSizeLimit: { status: 400, means: 'the document is larger than its limit', todo: 'Send a shorter document.' },
  MissingRequestBodyError: { status: 400, means: 'the body is empty', todo: 'Send the body.' },
  MissingContentLength: { status: 411, means: 'the body came without its length', todo: 'Send Content-Length.' },
  IncompleteBody: {
    status: 400,
    means: 'the body is shorter than Content-Length says',
    todo: 'Send the body in full.',
  },
  EntitySizeNotMatch: {
    status: 400,
    means: 'the body is longer than Content-Length says',
    todo: 'Send the true length.',
  },
  EntityTooLarge: { status: 400, means: 'the JSON body is larger than its limit', todo: 'Send less at once.' },
  InvalidDigest: { status: 400, means: 'Content-MD5 does not hold a digest', todo: 'Send a digest, or none.' },
  BadDigest: { status: 400, means: 'Content-MD5 does not match the body', todo: 'Send the body again.' },
  InvalidArgument: { status: 400, means: 'a value is not allowed', todo: 'See the message.' },
  InvalidTag: { status: 400, means: 'a tag of a filter is not allowed', todo: 'See the message.' },
  InvalidRegionName: { status: 400, means: 'the region does not exist', todo: 'See the message.' },
  TargetBucketNameInvalid: {
    status: 400,
    means: 'the destination does not have the form of COS',
    todo: 'See the message.',
  },
  InvalidBucketName: { status: 400, means: 'the request names no source bucket', todo: 'Name the source bucket.' },
  InvalidObjectName: { status: 400, means: 'no object can have this key', todo: 'Name another key.' },
  InvalidURI: { status: 400, means: 'the address cannot be read', todo: 'Encode the address.' },
  InvalidRequest: {
    status: 400,
    means: 'the request does not have a form that the call takes',
    todo: 'See the message.',
  },
  KeyTooLong: { status: 400, means: 'the key is longer than 850 bytes', todo: 'Name another key.' },
  BucketVersionNotOpen: { status: 400, means: 'versioning is not enabled on both sides', todo: 'Enable versioning.' },
  NoSuchBucket: { status: 404, means: 'the bucket does not exist', todo: 'Create the bucket.' },
  NoSuchKey: { status: 404, means: 'the source has no such key', todo: 'Name another key.' },
  NoSuchVersion: { status: 404, means: 'the key has no such version', todo: 'Name another version.' },
  NoSuchVerification: { status: 404, means: 'no verification with this ID is kept', todo: 'Begin another one.' },
  ReplicationConfigurationnotFoundError: { status: 404, means: 'no rules are stored', todo: 'Store rules.' },
  MethodNotAllowed: { status: 405, means: 'the API has no such call', todo: 'See the header `Allow`.' },
  InvalidBucketState: {
    status: 409,
    means: 'the role of the deployment lacks a right, or somebody has damaged its stored state',
    todo: 'See the log of `api`; DELETE and PUT mend damaged rules.',
  },
  PreconditionFailed: {
    status: 412,
    means: 'the rules are not those that `If-Match` names',
    todo: 'Get them again and repeat the change.',
  },
  InternalError: { status: 500, means: 'an error that this service did not expect', todo: RETRY },
  SlowDown: { status: 503, means: 'COS asks for fewer requests', todo: RETRY },
  ServiceUnavailable: { status: 503, means: 'COS or the state bucket does not answer', todo: RETRY },
} as const satisfies Readonly<Record<string, Refusal>>;

export type RefusalCode = keyof typeof REFUSALS;
