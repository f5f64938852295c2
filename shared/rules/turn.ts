import { putNew } from '../cos/index.ts';
import type { Cos, Place } from '../cos/index.ts';
import { LONGEST_TURN_MS } from '../durations/index.ts';
import { ServiceError } from '../errors/index.ts';

/**
 * Lets callers store rules one after the other. COS has no compare-and-swap PUT, so nobody else may write between a
 * read and its write.
 *
 * A turn is an object that exists once. The turn of a killed run is never removed, because two callers could remove it
 * at the same time and both go on; the next number is used instead. `name` is the prefix of the numbers. `mayWait` is
 * called while another caller has the turn, and answers after a while whether to try again.
 *
 * Throws `ServiceError` `ServiceUnavailable` (503) while another caller has the turn, and `CosError` with side `state`.
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
    // The client repeats a create that got no answer, so an existing object may be our own.
    if (created || (other !== undefined && new TextDecoder().decode(other.body) === id)) {
      try {
        return await work();
      } finally {
        // The work is done. A turn that is not removed is over in a minute.
        await cos.deleteObject(state, own).catch(() => undefined);
      }
    }
    // If the object is gone, that turn has just ended, and its number is free again.
    if (other !== undefined && other.date - other.lastModified >= LONGEST_TURN_MS) number += 1;
    else if (!(await mayWait())) {
      throw new ServiceError('Somebody else is storing rules of this bucket now.', {
        code: 'ServiceUnavailable',
        status: 503,
        retryable: true,
      });
    }
  }
}
