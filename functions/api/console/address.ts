import type { Address } from './client/send.ts';

/**
 * The address of the API. The page comes from the API itself, mostly; served by the command line on this computer it is told by
 * `?api=`. Elsewhere that parameter means nothing: a link must not choose the API that the page talks to.
 */
export function findAddress({ origin, hostname, pathname, search }: Location): Address {
  const named = new URLSearchParams(search).get('api');
  if (named !== null && (hostname === '127.0.0.1' || hostname === 'localhost')) {
    const { protocol, origin: api } = new URL(named);
    if (protocol === 'https:' || protocol === 'http:') return { origin: api, base: '' };
  }
  return { origin, base: pathname.replace(/\/console\/?$/, '') };
}
