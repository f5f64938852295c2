import type COS from 'cos-nodejs-sdk-v5';
import type { Place } from '../../../shared/cos/index.ts';
import { calling } from './clients.ts';
import { wrap } from './wrap.ts';

const RULE_ID = 'everything';

/** The SDK's types name the documented values; the SDK itself sends any value. */
interface RuleForExisting extends COS.ReplicationRule {
  readonly ExistingObjectReplication: { readonly Status: 'Enabled' };
}

/** The lines that report it to a person. */
export function describeRule(source: Place, destination: Place): string[] {
  return [
    'Rule set with the official SDK, existing objects included:',
    ...wrap([`  ${source.bucket}`, `→ ${destination.bucket}`], '    '),
  ];
}

/**
 * Sets one rule for the whole bucket, older objects included, with the official SDK's own `putBucketReplication`, and
 * reads it back through the API function, as a user would.
 */
export async function setRule(api: COS, source: Place, destination: Place, role: string): Promise<void> {
  const bucket = { Bucket: source.bucket, Region: source.region };
  const rule: RuleForExisting = {
    ID: RULE_ID,
    Status: 'Enabled',
    Prefix: '',
    Destination: { Bucket: `qcs::cos:${destination.region}::${destination.bucket}` },
    ExistingObjectReplication: { Status: 'Enabled' },
  };
  await calling('PUT Bucket replication', () =>
    api.putBucketReplication({
      ...bucket,
      ReplicationConfiguration: { Role: role, Rules: [rule] },
    }),
  );
  const { ReplicationConfiguration } = await calling('GET Bucket replication', () => api.getBucketReplication(bucket));
  const ids = ReplicationConfiguration.Rules.map(({ ID }) => ID);
  if (ids.length !== 1 || ids[0] !== RULE_ID)
    throw new Error(`GET Bucket replication gave the rules ${ids.join(', ')}`);
}
