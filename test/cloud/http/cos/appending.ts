import type { CloudResponse } from '../../types.ts';
import { empty } from './answers.ts';
import { attributesFrom } from './attributes.ts';
import { receiveBlob } from './body.ts';
import { numberOf } from './call.ts';
import type { CosCall } from './call.ts';
import { encryptionHeaders } from './encryption.ts';
import { failures } from './failures.ts';

/** Past the largest object that can be appended to. */
const LARGEST_POSITION = 9_999_999_999;

export async function appendObject(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, key, requestId } = call;
  const position = numberOf(call.query, 'position', { min: 0, max: LARGEST_POSITION });
  if (position === undefined) throw failures.invalidArgument('position is missing.');
  const attributes = attributesFrom(call.headers, key);
  core.headBucket(bucket, region);
  if (call.headers.get('content-length') === undefined) throw failures.missingLength();
  const blob = await receiveBlob(call);
  const version = core.appendObject(bucket, region, key, { position, blob }, attributes, { requestId });
  const whole = version.blob ?? blob;
  return empty(200, [
    ['ETag', version.etag],
    ['x-cos-hash-crc64ecma', whole.crc64],
    ['x-cos-next-append-position', String(whole.size)],
    // The MD5 of the appended bytes, whatever the header is called: the Go SDK compares its own with it.
    ...(blob.md5 === undefined ? [] : [['x-cos-content-sha1', blob.md5] as const]),
    ...encryptionHeaders(version.attributes.encryption),
  ]);
}
