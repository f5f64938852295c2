import { exchange, type Answer } from '../../http/index.ts';

/** `idleLimit` of a call of the cloud API: a synchronous invocation may take 900 s. */
const IDLE_LIMIT = 910_000;

/** POST to `/` of an origin. */
export type Post = (origin: string, headers: Readonly<Record<string, string>>, body: string) => Promise<Answer>;

export const post: Post = (origin, headers, body) =>
  exchange(origin, { method: 'POST', path: '/', headers, body, idleLimit: IDLE_LIMIT });
