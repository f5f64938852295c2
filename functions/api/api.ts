import type { KeyStore, Right } from '../../shared/access/index.ts';
import type { Place } from '../../shared/cos/index.ts';
import { ServiceError } from '../../shared/errors/index.ts';
import type { HttpRequest, HttpResponse, Run } from '../../shared/scf/index.ts';
import type { Hash } from '../../shared/signing/index.ts';
import { finish, newRequestId, preflight } from './answers.ts';
import { identify } from './caller.ts';
import { errorResponse, isRefusal, publicError, refuse } from './errors.ts';
import { deleteReplication, getReplication, putReplication } from './replication.ts';
import type { ReplicationOptions } from './replication.ts';
import { readTarget, resolveSource } from './target.ts';
import type { Target } from './target.ts';

export interface ApiOptions extends ReplicationOptions {
  readonly keys: KeyStore;
  readonly hash: Hash;
  /** Cryptographically random bytes. */
  readonly random: (bytes: number) => Uint8Array;
}

const SUBRESOURCE = 'replication';

interface ApiCall {
  readonly right: Right;
  perform(request: HttpRequest, source: Place, options: ReplicationOptions): Promise<HttpResponse>;
}

const CALLS: ReadonlyMap<string, ApiCall> = new Map<string, ApiCall>([
  ['PUT', { right: 'write', perform: putReplication }],
  ['GET', { right: 'read', perform: (_, source, options) => getReplication(source, options) }],
  ['DELETE', { right: 'write', perform: (_, source, options) => deleteReplication(source, options) }],
]);

/**
 * The API: a request in, an answer in the form of COS out, whatever happens. Errors that were not made for the client
 * are logged in full and told as little as COS tells.
 */
export function createApi(options: ApiOptions): (request: HttpRequest, run: Run) => Promise<HttpResponse> {
  return async (request, run) => {
    const requestId = newRequestId(options.now(), options.random);
    const fields = { cosRequestId: requestId, method: request.method };
    try {
      return finish(await answer(request, options), requestId, request.method);
    } catch (error) {
      const told = publicError(error);
      run.log({ ...fields, code: told.code, ...(isRefusal(error) ? { refused: error.message } : { error }) });
      const response = errorResponse(told, { resource: request.host + (request.paths[0] ?? '/'), requestId });
      return finish(withAllow(response, told), requestId, request.method);
    }
  };
}

async function answer(request: HttpRequest, options: ApiOptions): Promise<HttpResponse> {
  if (request.method === 'OPTIONS') {
    return preflight(request.headers.find(([name]) => name === 'access-control-request-headers')?.[1]);
  }
  const target = readTarget(request);
  const call = route(request, target);
  const key = await identify(
    request,
    target.paths,
    { right: call.right, subresource: SUBRESOURCE, strict: call.right !== 'read' },
    { keys: options.keys, hash: options.hash, now: options.now() },
  );
  return call.perform(request, resolveSource(target, key, options.listed), options);
}

/** Throws `ServiceError` for everything but the three calls on a bucket's replication. */
function route({ method, queries }: HttpRequest, { key }: Target): ApiCall {
  const call = CALLS.get(method);
  if (key !== '' && (method === 'GET' || method === 'HEAD')) {
    throw refuse(404, 'NoSuchKey', 'The specified key does not exist.');
  }
  const asked = queries.some((query) => query.some(([name]) => name === SUBRESOURCE));
  if (key !== '' || !asked || call === undefined) {
    throw refuse(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
  }
  return call;
}

function withAllow(response: HttpResponse, error: ServiceError): HttpResponse {
  if (error.status !== 405) return response;
  return { ...response, headers: { ...response.headers, Allow: [...CALLS.keys(), 'OPTIONS'].join(', ') } };
}
