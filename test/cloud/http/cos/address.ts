import { splitTarget } from '../../../../shared/signing/index.ts';
import { checkBucketName, mergesToRoot } from '../../cos/index.ts';
import type { CloudRequest } from '../../types.ts';
import { route } from '../route.ts';
import type { CosAddress } from '../route.ts';
import { headersOf, queryOf } from './call.ts';
import type { Parsed } from './call.ts';
import { failures } from './failures.ts';

/**
 * Throws `ServiceError` `InvalidURI` where an escape in path or query is not UTF-8, `CosFailure` InvalidBucketName, and
 * MethodNotAllowed on a host that is not of COS proper.
 */
export function parseRequest(request: CloudRequest, requestId: string): Parsed {
  const { path, query } = splitTarget(
    request.rawQuery === '' ? request.rawPath : `${request.rawPath}?${request.rawQuery}`,
  );
  return {
    request,
    method: request.method,
    ...locate(cosAddress(request), path),
    path,
    query: queryOf(query),
    headers: headersOf(request.headers),
    requestId,
  };
}

function cosAddress(request: CloudRequest): CosAddress {
  const destination = route({ host: request.host, rawPath: request.rawPath, hasCloudAction: false }, '');
  if (destination.kind !== 'cos') throw new TypeError(`${request.host} is not a COS host`);
  const { foreign } = destination.address;
  if (foreign !== undefined) throw failures.notProvided(foreign);
  return destination.address;
}

function locate(address: CosAddress, path: string): { bucket: string; region: string; key: string } {
  const region = address.region ?? '';
  // Only the first slash is the separator: `//a` is the key `/a`, and dots in a key mean nothing.
  if (address.bucket !== undefined) return placed(address.bucket, region, path.slice(1));
  const slash = path.indexOf('/', 1);
  if (slash < 0) return placed(path.slice(1), region, '');
  return placed(path.slice(1, slash), region, path.slice(slash + 1));
}

function placed(bucket: string, region: string, key: string): { bucket: string; region: string; key: string } {
  if (bucket !== '') checkBucketName(bucket);
  return { bucket, region, key: mergesToRoot(key) ? '' : key };
}
