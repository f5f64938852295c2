import { appidOf } from '../../../../shared/cos/index.ts';
import { textOf } from '../../../../shared/xml/index.ts';
import type { BucketInfo } from '../../cos/index.ts';
import type { CloudResponse } from '../../types.ts';
import { aclFromHeaders, ownerId } from './acl.ts';
import { el, empty, xml } from './answers.ts';
import { receiveOptionalXml, receiveXml } from './body.ts';
import { numberOf } from './call.ts';
import type { CosCall } from './call.ts';
import { failures } from './failures.ts';
import { isoSeconds } from './times.ts';

/** Of one page. */
const MOST_BUCKETS = 2000;

export async function listBuckets(call: CosCall): Promise<CloudResponse> {
  const owner = ownerId(call.account);
  const region = call.region || call.query.get('region') || undefined;
  const marker = call.query.get('marker') ?? '';
  const limit = numberOf(call.query, 'max-keys', { min: 0, max: MOST_BUCKETS, clamp: true }) ?? MOST_BUCKETS;
  const after = call.core
    .listBuckets(region)
    .filter((bucket) => appidOf(bucket.name) === call.account.appid && bucket.name > marker && isTagged(call, bucket));
  const buckets = after.slice(0, limit);
  const last = buckets.at(-1);
  // A page without entries has no cursor.
  const truncated = last !== undefined && after.length > buckets.length;
  return xml(
    el('ListAllMyBucketsResult', [
      el('Owner', [el('ID', owner), el('DisplayName', call.account.uin)]),
      el(
        'Buckets',
        buckets.map((bucket) =>
          el('Bucket', [
            el('Name', bucket.name),
            el('Location', bucket.region),
            el('CreationDate', isoSeconds(bucket.created)),
            el('BucketType', 'cos'),
          ]),
        ),
      ),
      el('Marker', marker),
      truncated ? el('NextMarker', last.name) : undefined,
      el('IsTruncated', truncated),
    ]),
  );
}

/** `tagkey` and `tagvalue` select the buckets that have this tag. */
function isTagged({ core, query }: CosCall, { name, region }: BucketInfo): boolean {
  const [key, value] = [query.get('tagkey'), query.get('tagvalue')];
  if (!key) return true;
  return (core.getSettings(name, region).tags ?? []).some(([own, text]) => own === key && text === (value ?? ''));
}

export async function putBucket(call: CosCall): Promise<CloudResponse> {
  // A bucket of another account cannot be created with this account's keys.
  if (call.principal?.uin !== call.account.uin) throw failures.accessDenied();
  const configuration = await receiveOptionalXml(call, 'CreateBucketConfiguration');
  const zones = configuration && textOf(configuration, 'BucketAZConfig');
  if (zones !== undefined && zones !== 'MAZ' && zones !== 'OAZ') throw failures.malformedXml();
  const acl = aclFromHeaders(call.headers, 'private');
  call.core.createBucket(call.bucket, call.region, acl, { multiAz: zones === 'MAZ' });
  return empty();
}

export async function headBucket(call: CosCall): Promise<CloudResponse> {
  call.core.headBucket(call.bucket, call.region);
  return empty(200, [['x-cos-bucket-region', call.region]]);
}

export async function deleteBucket(call: CosCall): Promise<CloudResponse> {
  call.core.deleteBucket(call.bucket, call.region);
  return empty(204);
}

export async function getLocation(call: CosCall): Promise<CloudResponse> {
  return xml(el('LocationConstraint', call.core.headBucket(call.bucket, call.region).region));
}

export async function getVersioning(call: CosCall): Promise<CloudResponse> {
  const status = call.core.getVersioning(call.bucket, call.region);
  return xml(el('VersioningConfiguration', status === undefined ? [] : [el('Status', status)]));
}

export async function putVersioning(call: CosCall): Promise<CloudResponse> {
  const status = textOf(await receiveXml(call, 'VersioningConfiguration'), 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') throw failures.malformedXml();
  call.core.putVersioning(call.bucket, call.region, status);
  return empty();
}
