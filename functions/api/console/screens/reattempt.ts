import { nameText } from '../parts/name.tsx';
import type { Telling } from '../parts/context.ts';
import type { Client } from '../client/client.ts';

/** Tries one key again, and returns the result as text. Throws `ApiError`. */
export async function reattempt(client: Client, objectKey: string, t: Telling['t']): Promise<string> {
  const { outOfScope, notFound } = await client.reattempt({ keys: [objectKey] });
  const key = nameText(objectKey);
  if (outOfScope.length > 0) return t('failures.retry.scope', { key });
  return notFound.length > 0 ? t('failures.retry.missing', { key }) : t('failures.retry.done', { n: 1 });
}
