import { decodeState, unlessDamaged, type Reader } from '../shape/index.ts';
import type { Cos, Place } from './types.ts';

/** Reads a JSON object of the state bucket. Undefined when it is missing or damaged. Throws `CosError`. */
export async function readUndamaged<T>(
  { cos, state }: { readonly cos: Pick<Cos, 'getObject'>; readonly state: Place },
  name: string,
  read: Reader<T>,
): Promise<T | undefined> {
  const stored = await cos.getObject(state, name);
  return stored && unlessDamaged(() => decodeState(name, stored.body, read));
}
