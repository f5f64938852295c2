import type { Address } from './client/send.ts';

/**
 * The address of the API. Usually the API itself serves the page. When the command line serves it on this computer,
 * `?api=` names the API. Elsewhere that parameter is ignored: a link must not choose the API that the page calls.
 */
export function findAddress({ origin, hostname, pathname, search }: Location): Address {
  const named = new URLSearchParams(search).get('api');
  if (named !== null && (hostname === '127.0.0.1' || hostname === 'localhost')) {
    const { protocol, origin: api } = new URL(named);
    if (protocol === 'https:' || protocol === 'http:') return { origin: api, base: '' };
  }
  return { origin, base: pathname.replace(/\/console\/?$/, '') };
}
