import type { HttpRequest, HttpResponse } from '../../../shared/scf/index.ts';
import type { Page } from '../console/page.ts';
import { refuse } from '../response/errors.ts';

const PATH = '/console';

/**
 * Whether a request is for the console page. The page is the same for everybody and holds no secret, so it needs no
 * signature.
 */
export function asksForPage({ method, paths, queries }: HttpRequest): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    // A request for an object of that name has a sub-resource.
    queries.every((query) => query.every(([name]) => !name.startsWith('replication'))) &&
    paths.some((path) => path === PATH || path === `${PATH}/`)
  );
}

/** Throws `ServiceError` `NoSuchKey` (404) when the function was built without the page. */
export function pageResponse({ headers }: HttpRequest, page: Page | undefined): HttpResponse {
  if (page === undefined) throw refuse(404, 'NoSuchKey', 'This function was built without the console page.');
  const shared = {
    ETag: page.etag,
    // Revalidated at each visit, so that page and API are of one deployment; it is sent again only when it has changed.
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
