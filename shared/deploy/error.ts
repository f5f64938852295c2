import { ServiceError } from '../errors/index.ts';

/** A deployment that cannot go on. The message is one sentence for the user and says what to do. */
export class DeployError extends ServiceError {
  override readonly name = 'DeployError';

  /** `retryable`: the same step may succeed later without any change by a person. */
  constructor(message: string, code: string, cause?: unknown, retryable = false) {
    super(message, cause === undefined ? { code, retryable } : { code, cause, retryable });
  }
}

/** The advice for errors in the cloud's own words; undefined when the error gives its own advice. */
const ADVICE: readonly (readonly [code: RegExp, advice: string])[] = [
  [
    /^AuthFailure\.(SecretId|Signature|InvalidSecretId)/,
    'Check TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, and the clock of this computer.',
  ],
  [/^AuthFailure\.Token/, 'Temporary credentials also need TENCENTCLOUD_TOKEN, and they expire.'],
  [
    /^(UnauthorizedOperation|AuthFailure\.Unauthorized)/,
    'Let the deploying user make this call: CAM console, policies of the user.',
  ],
  [/^NoSuchBucket$/, 'Run "npx serverless deploy" first: it makes the state bucket.'],
  [/^(NetworkError|ConnectionFailed)$/, 'Check the network, and TENCENTCLOUD_ENDPOINT if it is set.'],
  [/\.PolicyDocumentLengthOverLimit$/, 'Split the buckets over several deployments.'],
  [/\.PolicyFull$/, 'Delete CAM policies that nobody uses; access lists of buckets count, too (COS console).'],
  [
    /\.PolicyNameInUse$/,
    'Deploy again if a deployment was interrupted a moment ago. Otherwise others made a policy of that name: change service or stage.',
  ],
];

/** The text of an error for the user. */
export function explain(error: ServiceError): string {
  const advice = ADVICE.find(([code]) => code.test(error.code))?.[1];
  if (advice === undefined) return error.message;
  return `${error.message.replace(/\.$/, '')}. ${advice}`;
}
