import * as z from 'zod/mini';
import { exchange } from '../../http/index.ts';

const LIMIT_MS = 10_000;
const addresses = z.array(z.object({ host: z.string(), address: z.string() }));

/**
 * Where a local cloud serves a function URL to programs and browsers that cannot resolve its host:
 * `http://127.0.0.1:PORT`. Undefined on the real cloud. Throws when the local cloud does not answer.
 */
export async function localAddress(endpoint: string | undefined, url: string): Promise<string | undefined> {
  if (endpoint === undefined) return undefined;
  const headers = { Host: new URL(endpoint).host };
  const answer = await exchange(endpoint, {
    method: 'GET',
    path: '/_local/addresses',
    headers,
    body: '',
    idleLimit: LIMIT_MS,
  });
  const found = addresses.safeParse(answer.status === 200 ? JSON.parse(answer.body) : undefined);
  // Another kind of local cloud has one address for everything.
  if (!found.success) return endpoint;
  return found.data.find(({ host }) => host === new URL(url).host)?.address;
}
