import type { Cos, Place } from '../cos/index.ts';
import { CANARY_PREFIX } from '../rules/index.ts';
import { recordName } from './record.ts';

/**
 * Whether a key of the source is a canary that `schedule` has on record. An object that anybody else writes below the
 * prefix is not replicated. Throws `CosError`.
 */
export async function isCanary(
  { cos, state }: { readonly cos: Pick<Cos, 'getObject'>; readonly state: Place },
  source: Place,
  key: string,
): Promise<boolean> {
  const id = key.slice(CANARY_PREFIX.length);
  // P50: A key below the prefix of canaries is replicated only while its canary is awaited.
  return /^[0-9a-z]+$/.test(id) && (await cos.getObject(state, recordName(source, id))) !== undefined;
}
