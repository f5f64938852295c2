import { putNew } from '../cos/index.ts';
import type { Cos, Place } from '../cos/index.ts';
import { LONGEST_TURN_MS } from '../durations/index.ts';
import { ServiceError } from '../errors/index.ts';

/**
 * Lets those who store rules do so one after the other: COS has no PUT that compares, so between reading and
 * writing nobody else may write.
 *
 * A turn is an object that exists once. That of a run which broke off is never removed, because two could do that at the
 * same time and both go on; the next number is taken instead. `name` is what the numbers are put behind. `mayWait` is asked
 * while somebody else has the turn, and answers after a while whether to try again.
 *
 * Throws `ServiceError` `ServiceUnavailable` (503) while somebody else has the turn, and `CosError` with side `state`.
 */
export async function takeTurn<T>(
  { cos, state }: { readonly cos: Cos; readonly state: Place },
  name: string,
  work: () => Promise<T>,
  mayWait: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<T> {
  let number = 0;
  for (;;) {
    const own = `${name}${number}`;
    const id = crypto.randomUUID();
    const created = await putNew(cos, state, own, new TextEncoder().encode(id));
    const other = created ? undefined : await cos.getObject(state, own);
    // The client repeats a create that got no answer, so the one that was there already may be ours.
    if (created || (other !== undefined && new TextDecoder().decode(other.body) === id)) {
      try {
        return await work();
      } finally {
        // The work is done. A turn that stays is over in a minute.
        await cos.deleteObject(state, own).catch(() => undefined);
      }
    }
    // Gone means that it ended just now; its number may be anybody's again.
    if (other !== undefined && other.date - other.lastModified >= LONGEST_TURN_MS) number += 1;
    else if (!(await mayWait())) {
      throw new ServiceError('Somebody else stores rules of this bucket at this moment.', {
        code: 'ServiceUnavailable',
        status: 503,
        retryable: true,
      });
    }
  }
}
