import { isBucketName, isRegion } from '../../../../../shared/cos/index.ts';
import { child, children, textOf, writeXml } from '../../../../../shared/xml/index.ts';
import type { XmlElement } from '../../../../../shared/xml/index.ts';
import { CosFailure } from '../../../cos/index.ts';
import type { NativeRule } from '../../../cos/index.ts';
import type { CloudResponse } from '../../../types.ts';
import { empty } from '../answers.ts';
import { receiveXml } from '../body.ts';
import type { CosCall } from '../call.ts';
import { failures } from '../failures.ts';
import { httpDate } from '../times.ts';

/** `qcs::cos:<region>::<bucket-appid>` */
const DESTINATION = /^qcs::cos:([^:]*)::([^:]*)$/;
const ROLE = /^qcs::cam::uin\/\d+:uin\/\d+$/;

export async function putReplication(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, now } = call;
  core.headBucket(bucket, region);
  if (!core.switches.nativeReplication) throw failures.notProvided("COS's own replication");
  const root = await receiveXml(call, 'ReplicationConfiguration');
  const role = textOf(root, 'Role');
  if (role === undefined) throw failures.malformedXml();
  if (!ROLE.test(role)) throw failures.invalidArgument('The Role is not valid.');
  const document = writeXml(root, { declaration: 'cos', indent: true });
  const rules = children(root, 'Rule').map(ruleFrom);
  core.configureBucket(bucket, region, { replication: { rules, document, created: now } });
  return empty();
}

/** The code has a small n: the only spelling that the Node and JavaScript SDKs read as "none". */
export async function getReplication({ core, bucket, region }: CosCall): Promise<CloudResponse> {
  const { replication } = core.getSettings(bucket, region);
  if (replication === undefined) {
    const message = 'The replication configuration was not found.';
    throw new CosFailure('ReplicationConfigurationnotFoundError', 404, message);
  }
  return {
    status: 200,
    headers: [
      ['Content-Type', 'application/xml'],
      ['x-cos-replication-rule-creation-time', httpDate(replication.created)],
    ],
    body: replication.document,
  };
}

export async function deleteReplication({ core, bucket, region }: CosCall): Promise<CloudResponse> {
  core.configureBucket(bucket, region, { replication: undefined });
  return empty(204);
}

function ruleFrom(rule: XmlElement): NativeRule {
  const destination = child(rule, 'Destination');
  const markers = child(rule, 'DeleteMarkerReplication');
  const [, region = '', bucket = ''] = DESTINATION.exec((destination && textOf(destination, 'Bucket')) ?? '') ?? [];
  const status = textOf(rule, 'Status');
  if (destination === undefined || (status !== 'Enabled' && status !== 'Disabled')) throw failures.malformedXml();
  if (!isBucketName(bucket)) throw targetInvalid();
  if (!isRegion(region)) throw new CosFailure('InvalidRegionName', 400, 'The region of the destination is not valid.');
  return {
    enabled: status === 'Enabled',
    prefix: textOf(rule, 'Prefix') ?? '',
    destination: { bucket, region },
    storageClass: textOf(destination, 'StorageClass')?.toUpperCase() || undefined,
    deleteMarkers: (markers && textOf(markers, 'Status')) !== 'Disabled',
  };
}

const targetInvalid = (): CosFailure =>
  new CosFailure('TargetBucketNameInvalid', 400, 'The name of the destination bucket is not valid.');
