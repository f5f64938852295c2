import type { HttpRequest, HttpResponse } from '../../../shared/scf/index.ts';
import type { Page } from '../console/page.ts';
import { refuse } from '../response/errors.ts';

const PATH = '/console';

/** Whether a request is for the console page. It is the same for everybody and holds nothing, so nobody signs for it. */
export function asksForPage({ method, paths, queries }: HttpRequest): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    // An object of that name is asked for with a sub-resource.
    queries.every((query) => query.every(([name]) => !name.startsWith('replication'))) &&
    paths.some((path) => path === PATH || path === `${PATH}/`)
  );
}

/** Throws `ServiceError` `NoSuchKey` (404) where the function was built without the page. */
export function pageResponse({ headers }: HttpRequest, page: Page | undefined): HttpResponse {
  if (page === undefined) throw refuse(404, 'NoSuchKey', 'This function was built without the console page.');
  const shared = {
    ETag: page.etag,
    // Asked again at each visit, so that page and API are of one deployment; it is sent again only when it changed.
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': page.policy,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  };
  if (headers.some(([name, value]) => name === 'if-none-match' && value === page.etag)) {
    return { status: 304, headers: shared };
  }
  return { status: 200, headers: { ...shared, 'Content-Type': 'text/html; charset=utf-8' }, body: page.html };
}
