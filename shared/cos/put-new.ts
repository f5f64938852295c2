import { ServiceError } from '../errors/index.ts';
import type { Cos, Place } from './types.ts';

/** Options for writing JSON. */
export const JSON_BODY = { contentType: 'application/json' } as const;

/**
 * Writes an object unless it exists. Returns false when it exists; it then stays unchanged. Works only in a bucket that
 * never had versioning. Throws `CosError`.
 */
export async function putNew(
  cos: Pick<Cos, 'putObject'>,
  place: Place,
  key: string,
  body: Uint8Array,
  options: { readonly contentType?: string; readonly encrypted?: boolean } = {},
): Promise<boolean> {
  try {
    await cos.putObject(place, key, body, { ...options, forbidOverwrite: true });
    return true;
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'FileAlreadyExists') return false;
    throw error;
  }
}
