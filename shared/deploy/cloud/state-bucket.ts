import type COS from 'cos-nodejs-sdk-v5';
import { formatPlace } from '../../cos/index.ts';
import type { Place } from '../../cos/index.ts';
import type { Credentials } from '../../signing/index.ts';
import { DeployError } from '../error.ts';
import { strangersIn } from './bucket-policy.ts';

/** The official SDK, loaded only by the commands that need it: it takes a sixth of a second. */
export async function createSdk(credentials: Credentials, endpoint: string | undefined): Promise<COS> {
  const { default: Sdk } = await import('cos-nodejs-sdk-v5');
  return new Sdk({
    SecretId: credentials.secretId,
    SecretKey: credentials.secretKey,
    ...(credentials.token === undefined ? {} : { SecurityToken: credentials.token }),
    // Without this limit the SDK waits for ever.
    Timeout: 60_000,
    // Otherwise the SDK's last try goes to a second domain of COS.
    AutoSwitchHost: false,
    // The local cloud acts as a proxy, so it receives the real Host of each bucket.
    ...(endpoint === undefined ? {} : { Protocol: 'http:', Proxy: endpoint }),
  });
}

/**
 * Makes the state bucket, or checks an existing one: it must never have had versioning (creating a lease relies on
 * `x-cos-forbid-overwrite`, which does nothing in such a bucket) and must be private (it holds API keys).
 */
export async function ensureStateBucket(sdk: COS, place: Place): Promise<'created' | 'unchanged'> {
  if (await createBucket(sdk, place)) return 'created';
  await checkStateBucket(sdk, place);
  return 'unchanged';
}

/** Throws `DeployError` when an existing bucket has or had versioning, or its ACL or policy gives others access. */
export async function checkStateBucket(sdk: COS, place: Place): Promise<void> {
  const at = addressOf(place);
  const what = `look at the state bucket ${formatPlace(place)}`;
  const { VersioningConfiguration: versioning } = await clear(what, sdk.getBucketVersioning(at));
  // A bucket without versioning answers an empty element, which has no Status, whatever the type says.
  const status: string | undefined = versioning.Status;
  if (status) {
    throw new DeployError(
      `The bucket ${formatPlace(place)} has or had versioning (${status}), which cannot be undone, so it cannot hold the state: set stateBucket in serverless.yml to a new name.`,
      'STATE_BUCKET_VERSIONED',
    );
  }
  const acl = await clear(what, sdk.getBucketAcl(at));
  if (acl.ACL.startsWith('public-')) {
    throw new DeployError(
      `The state bucket ${formatPlace(place)} is ${acl.ACL} but holds API keys: make it private, then deploy again.`,
      'STATE_BUCKET_PUBLIC',
    );
  }
  // The type of the SDK does not cover a bucket whose list of grants is empty or a single element.
  const grants = [acl.Grants ?? []].flat();
  const stranger = grants.find(({ Grantee }) => (Grantee as { ID?: string } | undefined)?.ID !== acl.Owner.ID);
  if (stranger !== undefined) {
    const { ID, URI } = stranger.Grantee as { ID?: string; URI?: string };
    throw new DeployError(
      `The state bucket ${formatPlace(place)} holds API keys, and its access list lets ${ID ?? URI ?? 'somebody else'} in (${stranger.Permission}): take that grant out (COS console, the bucket's permissions), then deploy again.`,
      'STATE_BUCKET_SHARED',
    );
  }
  const [guest] = strangersIn(await policyOf(sdk, place), acl.Owner.ID);
  if (guest !== undefined) {
    throw new DeployError(
      `The state bucket ${formatPlace(place)} holds API keys, and its bucket policy lets ${guest} in: take that statement out (COS console, the bucket's permissions), then deploy again.`,
      'STATE_BUCKET_SHARED',
    );
  }
}

/** Undefined when the bucket has none. */
async function policyOf(sdk: COS, place: Place): Promise<unknown> {
  try {
    return (await sdk.getBucketPolicy(addressOf(place))).Policy;
  } catch (error) {
    if (failureOf(error).statusCode === 404) return undefined;
    throw cosError(`read the bucket policy of the state bucket ${formatPlace(place)}`, error);
  }
}

export type BucketState = 'ready' | 'unversioned' | 'missing' | 'forbidden';

/**
 * The state of a listed bucket, as far as these credentials can read it. They usually cannot read buckets of another
 * account.
 */
export async function examineBucket(sdk: COS, place: Place): Promise<BucketState> {
  try {
    const { VersioningConfiguration: versioning } = await sdk.getBucketVersioning(addressOf(place));
    const status: string | undefined = versioning.Status;
    return status === 'Enabled' ? 'ready' : 'unversioned';
  } catch (error) {
    const { statusCode } = failureOf(error);
    if (statusCode === 404) return 'missing';
    if (statusCode === 403) return 'forbidden';
    throw cosError(`look at ${formatPlace(place)}`, error);
  }
}

/** Returns false when the bucket is already ours. */
async function createBucket(sdk: COS, place: Place): Promise<boolean> {
  const at = addressOf(place);
  try {
    await sdk.headBucket(at);
    return false;
  } catch (error) {
    if (failureOf(error).statusCode !== 404) throw cosError(`look at the state bucket ${formatPlace(place)}`, error);
  }
  try {
    await sdk.putBucket({ ...at, ACL: 'private' });
    return true;
  } catch (error) {
    if (failureOf(error).code === 'BucketAlreadyOwnedByYou') return false;
    throw cosError(`create the state bucket ${formatPlace(place)}`, error);
  }
}

function addressOf({ bucket, region }: Place): { Bucket: string; Region: string } {
  return { Bucket: bucket, Region: region };
}

/** Turns an error of the SDK into a sentence. */
async function clear<T>(what: string, answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    throw cosError(what, error);
  });
}

/**
 * The SDK rejects with plain objects that also hold the request's headers, so only code, status and message are copied.
 */
function failureOf(error: unknown): { code: string; statusCode: number; message: string } {
  const { code, statusCode, message } = error as { code?: unknown; statusCode?: unknown; message?: unknown };
  return {
    code: typeof code === 'string' ? code : '',
    statusCode: typeof statusCode === 'number' ? statusCode : 0,
    message: typeof message === 'string' ? message : 'no answer',
  };
}

function cosError(what: string, error: unknown): DeployError {
  const { code, statusCode, message } = failureOf(error);
  const hint =
    statusCode === 403
      ? ' The credentials need cos:HeadBucket, cos:PutBucket, cos:GetBucketVersioning, cos:GetBucketACL and cos:GetBucketPolicy.'
      : '';
  return new DeployError(`Cannot ${what}: ${message} (${code || statusCode}).${hint}`, code || 'COS_ERROR');
}
