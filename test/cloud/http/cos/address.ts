import { splitTarget } from '../../../../shared/signing/index.ts';
import type { CloudRequest } from '../../types.ts';
import { route } from '../route.ts';
import type { CosAddress } from '../route.ts';
import { headersOf, queryOf } from './call.ts';
import type { Parsed } from './call.ts';

/** Throws `ServiceError` `InvalidURI` where an escape in path or query is not UTF-8. */
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
  return destination.address;
}

function locate(address: CosAddress, path: string): { bucket: string; region: string; key: string } {
  const region = address.region ?? '';
  // Only the first slash is the separator: `//a` is the key `/a`, and dots in a key mean nothing.
  if (address.bucket !== undefined) return { bucket: address.bucket, region, key: path.slice(1) };
  const slash = path.indexOf('/', 1);
  if (slash < 0) return { bucket: path.slice(1), region, key: '' };
  return { bucket: path.slice(1, slash), region, key: path.slice(slash + 1) };
}
