import { hasRight } from '../../shared/access/index.ts';
import type { KeyStore } from '../../shared/access/index.ts';
import type { HttpRequest, HttpResponse, Run } from '../../shared/scf/index.ts';
import type { Page } from './console/page.ts';
import { finish, newRequestId, preflight } from './response/response.ts';
import type { CallOptions, Verb } from './verbs/verb.ts';
import { identify } from './request/authenticate.ts';
import { identifyBearer } from './request/bearer.ts';
import { accessDenied, errorResponse, isRefusal, publicError } from './response/errors.ts';
import { allowedMethods, route } from './verbs/route.ts';
import { firstSource, readTarget, resolveSource, settleTarget } from './request/bucket.ts';
import { asksForPage, pageResponse } from './verbs/console.ts';
import { asksForMetrics, getMetrics } from './verbs/metrics.ts';
import { REPLICATION } from './verbs/index.ts';

export interface ApiOptions extends CallOptions {
  readonly keys: KeyStore;
  /** The console page; undefined in a function that was bundled without it. */
  readonly page?: Page | undefined;
}

/**
 * The API: takes a request and always answers in the form of COS. An unexpected error is logged in full; its answer
 * says no more than COS would.
 */
export function createApi(options: ApiOptions): (request: HttpRequest, run: Run) => Promise<HttpResponse> {
  return async (request, run) => {
    const requestId = newRequestId(options.now(), options.random);
    const fields = { cosRequestId: requestId, method: request.method };
    try {
      return finish(await answer(request, run, options), requestId, request.method);
    } catch (error) {
      const told = publicError(error);
      run.log({ ...fields, code: told.code, ...(isRefusal(error) ? { refused: error.message } : { error }) });
      const response = errorResponse(told, { resource: request.host + (request.paths[0] ?? '/'), requestId });
      const allow = told.status === 405 ? { Allow: allowedMethods(request) } : {};
      return finish({ ...response, headers: { ...response.headers, ...allow } }, requestId, request.method);
    }
  };
}

async function answer(request: HttpRequest, run: Run, options: ApiOptions): Promise<HttpResponse> {
  if (request.method === 'OPTIONS') {
    return preflight(request.headers.find(([name]) => name === 'access-control-request-headers')?.[1]);
  }
  if (asksForPage(request)) return pageResponse(request, options.page);
  if (asksForMetrics(request)) {
    return getMetrics(request, await identifyBearer(request, 'metrics', options.keys), options, (fields) =>
      run.log(fields),
    );
  }
  const guess = readTarget(request);
  const { right, subresource } = route(request, guess);
  const { key, verified } = await identify(
    request,
    guess.spellings.map(({ path }) => path),
    { right, subresource, strict: isStrict({ right, subresource }) },
    { keys: options.keys, hash: options.hash, now: options.now() },
  );
  const target = settleTarget(guess, verified.path);
  // The right is checked again, because the signed spelling may be another call, which needs another right.
  const verb = route({ method: request.method, queries: [verified.query] }, target);
  if (!hasRight(key, verb.right)) throw accessDenied(`This API key lacks the right "${verb.right}".`);
  const unnamed = verb.anySource === true && target.bucket === undefined;
  const source = unnamed
    ? firstSource(key, options.listed)
    : resolveSource(target, key, options.listed, isStrict(verb));
  return verb.perform({ request, sender: key, source, key: target.key, query: verified.query }, options);
}

/**
 * Reads that COS has too are accepted as its SDKs sign them. Writes, and calls of this service alone, must be fully
 * signed.
 */
function isStrict({ right, subresource }: Pick<Verb, 'right' | 'subresource'>): boolean {
  return right !== 'read' || subresource !== REPLICATION;
}
