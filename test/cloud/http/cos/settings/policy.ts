import { CosFailure } from '../../../cos/index.ts';
import type { BucketSettings, Core } from '../../../cos/index.ts';
import { CloudFailure, readBucketPolicy } from '../../../scf/index.ts';
import type { BucketPolicy } from '../../../scf/index.ts';
import type { CloudResponse } from '../../../types.ts';
import { empty } from '../answers.ts';
import { receiveText } from '../body.ts';
import type { Account, CosCall } from '../call.ts';
import { failures } from '../failures.ts';

/** Settings are replaced as a whole, so each policy is read once. */
const known = new WeakMap<BucketSettings, BucketPolicy>();

export async function putPolicy(call: CosCall): Promise<CloudResponse> {
  const policy = await receiveText(call);
  read(policy, call.account, call.bucket);
  call.core.configureBucket(call.bucket, call.region, { policy });
  return empty(204);
}

export async function getPolicy(call: CosCall): Promise<CloudResponse> {
  const { policy } = call.core.getSettings(call.bucket, call.region);
  if (policy === undefined) throw new CosFailure('NoSuchBucketPolicy', 404, 'The bucket policy does not exist.');
  return { status: 200, headers: [['Content-Type', 'application/json']], body: policy };
}

export async function deletePolicy(call: CosCall): Promise<CloudResponse> {
  call.core.configureBucket(call.bucket, call.region, { policy: undefined });
  return empty(204);
}

/** The policy of a bucket, ready for questions. Throws NoSuchBucket. */
export function policyOf(core: Core, owner: Account, bucket: string, region: string): BucketPolicy {
  const settings = core.getSettings(bucket, region);
  if (settings.policy === undefined) return [];
  const policy = known.get(settings) ?? read(settings.policy, owner, bucket);
  known.set(settings, policy);
  return policy;
}

function read(text: string, owner: Account, bucket: string): BucketPolicy {
  try {
    return readBucketPolicy(text, owner, bucket);
  } catch (error) {
    if (!(error instanceof CloudFailure)) throw error;
    if (error.code.endsWith('ConditionError')) throw failures.notProvided('A condition in a bucket policy');
    throw new CosFailure('MalformedPolicy', 400, `Policy has invalid content: ${error.message}.`);
  }
}
