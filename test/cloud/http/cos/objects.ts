import { evaluate } from '../../cos/index.ts';
import type { Version } from '../../cos/index.ts';
import type { CloudResponse } from '../../types.ts';
import { empty } from './answers.ts';
import type { Pairs } from './answers.ts';
import { attributesFrom } from './attributes.ts';
import { receiveBlob, receiveXml } from './body.ts';
import type { CosCall } from './call.ts';
import { preconditionsFrom } from './conditions.ts';
import { customerKeyMd5, encryptionHeaders } from './encryption.ts';
import { failures } from './failures.ts';
import { paced, trafficLimit } from './pace.ts';
import { parseRange } from './range.ts';
import { child, textOf } from '../../../../shared/xml/index.ts';
import { readHeaders, storageClassHeader, versionIdHeader, writtenVersion } from './version-headers.ts';

const OVERRIDES = [
  ['response-content-type', 'Content-Type'],
  ['response-content-language', 'Content-Language'],
  ['response-expires', 'Expires'],
  ['response-cache-control', 'Cache-Control'],
  ['response-content-disposition', 'Content-Disposition'],
  ['response-content-encoding', 'Content-Encoding'],
] as const;

export async function putObject(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, key } = call;
  const attributes = attributesFrom(call.headers, key);
  core.headBucket(bucket, region);
  const blob = await receiveBlob(call);
  const version = core.putObject(bucket, region, key, blob, attributes, {
    requestId: call.requestId,
    forbidOverwrite: forbidsOverwrite(call),
  });
  return empty(200, [
    ['ETag', version.etag],
    ['x-cos-hash-crc64ecma', blob.crc64],
    ...versionIdHeader(writtenVersion(core, bucket, region, version)),
    ...storageClassHeader(version),
    ...encryptionHeaders(version.attributes.encryption),
  ]);
}

export function forbidsOverwrite(call: CosCall): boolean {
  return call.headers.get('x-cos-forbid-overwrite')?.toLowerCase() === 'true';
}

export async function getObject(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, key, headers } = call;
  const versionId = versionIdOf(call);
  const link = core.getObject(bucket, region, key, versionId);
  if (link.linkTarget !== undefined) return readAnswer(call, throughLink(call, link));
  return readAnswer(call, core.readObject(bucket, region, key, versionId, customerKeyMd5(headers)));
}

/** The same as GET without the bytes. An archived object answers too; one under a customer's key only with that key. */
export async function headObject(call: CosCall): Promise<CloudResponse> {
  const version = throughLink(call, call.core.getObject(call.bucket, call.region, call.key, versionIdOf(call)));
  const { encryption } = version.attributes;
  if (encryption?.algorithm === 'SSE-C' && customerKeyMd5(call.headers) !== encryption.customerKeyMd5) {
    throw failures.customerKey();
  }
  return readAnswer(call, version);
}

/** A caller that reads a link needs the right to read its target, too. */
function throughLink(call: CosCall, version: Version): Version {
  const { core, bucket, region } = call;
  if (version.linkTarget === undefined) return version;
  call.demand({ permission: 'GetObject', acl: 'READ' }, { bucket, region, key: version.linkTarget });
  // Refuses an unreadable target: an archived one, or one under a customer's key.
  if (call.method === 'GET')
    core.readObject(bucket, region, version.linkTarget, undefined, customerKeyMd5(call.headers));
  return core.followLink(bucket, region, version);
}

/** The documentation spells the parameter in two ways. The storage core decides the meaning of an empty one. */
export function versionIdOf(call: CosCall): string | undefined {
  return call.query.get('versionId') ?? call.query.get('VersionId');
}

function readAnswer(call: CosCall, version: Version): CloudResponse {
  const headers = readHeaders(call.core, call.bucket, call.region, version, call.now);
  const outcome = evaluate(preconditionsFrom(call.headers, ''), version);
  if (outcome === 'failed') throw failures.preconditionFailed();
  if (outcome === 'unmodified') return { status: 304, headers: headers.filter(([name]) => name !== 'Content-Type') };

  const { blob } = version;
  if (blob === undefined) throw new TypeError(`${call.key} has no bytes`);
  const range = parseRange(call.headers.get('range'), blob.size);
  const limit = trafficLimit(call);
  const [start, end] = range ?? [0, blob.size - 1];
  const length = end - start + 1;
  const answer = {
    status: range ? 206 : 200,
    headers: overridden(call, headers).concat([['Content-Length', String(length)]]),
  };
  if (range) answer.headers.push(['Content-Range', `bytes ${start}-${end}/${blob.size}`]);
  if (length === 0 || call.method === 'HEAD') return answer;
  const body =
    limit === undefined ? (blob.held?.(start, end) ?? blob.read(start, end)) : paced(blob.read(start, end), limit);
  return { ...answer, body };
}

function overridden(call: CosCall, headers: Pairs): Pairs {
  if (call.query.pairs.length === 0) return headers;
  const overrides = new Map<string, string>();
  for (const [parameter, header] of OVERRIDES) {
    const value = call.query.get(parameter);
    if (value !== undefined) overrides.set(header, Buffer.from(value).toString('latin1'));
  }
  if (overrides.size === 0) return headers;
  return [...headers.filter(([name]) => !overrides.has(name)), ...overrides];
}

export async function deleteObject(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, key, requestId } = call;
  const deleted = core.deleteObject(bucket, region, key, versionIdOf(call), { requestId });
  return empty(204, [
    ...versionIdHeader(deleted.versionId),
    ...(deleted.deleteMarker ? [['x-cos-delete-marker', 'true'] as const] : []),
  ]);
}

export async function restoreObject(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, key, requestId } = call;
  const request = await receiveXml(call, 'RestoreRequest');
  const days = Number(textOf(request, 'Days') ?? Number.NaN);
  if (!Number.isInteger(days) || days < 1 || days > 365) throw failures.invalidArgument('Days must be from 1 to 365.');
  const tier = textOf(child(request, 'CASJobParameters') ?? request, 'Tier') ?? 'Standard';
  if (!['Expedited', 'Standard', 'Bulk'].includes(tier)) throw failures.invalidArgument('The tier is not known.');
  core.restoreObject(bucket, region, key, versionIdOf(call), days, { requestId });
  return empty(202);
}
