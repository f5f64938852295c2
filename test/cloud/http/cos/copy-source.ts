import { isBucketName, isRegion } from '../../../../shared/cos/index.ts';
import type { CopySource } from '../../cos/index.ts';
import type { CosCall, Headers } from './call.ts';
import { preconditionsFrom } from './conditions.ts';
import { copySourceKeyMd5 } from './encryption.ts';
import { failures } from './failures.ts';

/**
 * `<bucket-appid>.cos.<region>.myqcloud.com/<url-encoded key>[?versionId=<id>]`, no scheme. Other domains are accepted
 * too.
 */
const HOST_FORM = /^([^./]+)\.(?:cos(?:-internal)?\.)?([^./]+)\.[a-z0-9.-]+\/([^?]+)(?:\?(.*))?$/is;
/** `/<bucket-appid>/<url-encoded key>`, as S3 writes it: in the region of the request. */
const PATH_FORM = /^\/([^/?]+)()\/([^?]+)(?:\?(.*))?$/s;

/** Undefined when the request is no copy. `region`: of the request. Throws InvalidCopySource. */
export function copySourceOf(headers: Headers, region: string): CopySource | undefined {
  const text = headers.get('x-cos-copy-source');
  if (text === undefined) return undefined;
  const [, bucket = '', named = '', key = '', query = ''] = HOST_FORM.exec(text) ?? PATH_FORM.exec(text) ?? [];
  const source = { bucket, region: named || region };
  if (!isBucketName(bucket) || !isRegion(source.region) || key === '') throw failures.invalidCopySource();
  const customerKeyMd5 = copySourceKeyMd5(headers);
  const versionId = /(?:^|&)versionId=([^&]*)/i.exec(query)?.[1];
  return {
    ...source,
    key: decode(key),
    ...(versionId === undefined || versionId === '' ? {} : { versionId: decode(versionId) }),
    conditions: preconditionsFrom(headers, 'x-cos-copy-source-'),
    ...(customerKeyMd5 === undefined ? {} : { customerKeyMd5 }),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(Buffer.from(text, 'latin1').toString('utf8'));
  } catch {
    throw failures.invalidCopySource();
  }
}

/** The source, which the caller must be allowed to read. */
export function demandSource(call: CosCall): CopySource {
  const source = copySourceOf(call.headers, call.region);
  if (source === undefined) throw failures.invalidCopySource();
  call.demand({ permission: 'GetObject', acl: 'READ' }, source);
  return source;
}
