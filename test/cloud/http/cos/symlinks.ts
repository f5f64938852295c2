import type { CloudResponse } from '../../types.ts';
import { empty } from './answers.ts';
import { attributesFrom } from './attributes.ts';
import type { CosCall } from './call.ts';
import { failures } from './failures.ts';
import { forbidsOverwrite, versionIdOf } from './objects.ts';
import { versionIdHeader, writtenVersion } from './version-headers.ts';

const TARGET = 'x-cos-symlink-target';

/** The target is URL-encoded in the header, as a copy source is. */
export async function putSymlink(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, key, requestId } = call;
  const target = targetFrom(call);
  const blob = call.blobs.fromBytes(Buffer.from(target));
  const attributes = { ...attributesFrom(call.headers, key), storageClass: '' };
  const options = { requestId, forbidOverwrite: forbidsOverwrite(call) };
  const version = core.putSymlink(bucket, region, key, { target, blob }, attributes, options);
  return empty(200, [['ETag', version.etag], ...versionIdHeader(writtenVersion(core, bucket, region, version))]);
}

/** The target of a link. For an object that is no link COS answers that there is none. */
export async function getSymlink(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, key } = call;
  const version = core.getObject(bucket, region, key, versionIdOf(call));
  if (version.linkTarget === undefined) throw failures.invalidArgument('The object is not a symbolic link.');
  const named = core.getVersioning(bucket, region) === undefined ? undefined : version.versionId;
  return empty(200, [
    ['ETag', version.etag],
    [TARGET, version.linkTarget.split('/').map(encodeURIComponent).join('/')],
    ...versionIdHeader(named),
  ]);
}

function targetFrom(call: CosCall): string {
  const text = call.headers.get(TARGET);
  if (text === undefined || text === '') throw failures.invalidArgument(`${TARGET} is missing.`);
  try {
    return decodeURIComponent(Buffer.from(text, 'latin1').toString('utf8'));
  } catch {
    throw failures.invalidArgument(`${TARGET} is not URL-encoded UTF-8.`);
  }
}
