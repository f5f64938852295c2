import type { Place } from '../../../shared/cos/index.ts';
import type { Access } from './clients.ts';

async function control<T>(access: Access, method: string, body?: object): Promise<T> {
  const answer = await fetch(`${access.endpoint}/_local/faults`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} of faults: status ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** From now on these keys send no events. */
export async function dropEvents(access: Access, { bucket }: Place, keys: readonly string[]): Promise<void> {
  await control(
    access,
    'PUT',
    keys.map((prefix) => ({ match: { bucket, event: 'cos:*', prefix }, effect: { kind: 'lose' } })),
  );
}

/** Ends it. Returns how many events were dropped. */
export async function dropNoMore(access: Access): Promise<number> {
  const faults = await control<readonly { readonly struck: number }[]>(access, 'GET');
  await control(access, 'DELETE');
  return faults.reduce((sum, { struck }) => sum + struck, 0);
}
