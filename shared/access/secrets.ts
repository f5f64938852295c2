import { objectPages } from '../cos/index.ts';
import type { ObjectEntry } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import { constantTimeEqual } from '../signing/index.ts';
import { hasRight } from './rights.ts';
import type { ApiKey, KeyStoreOptions, Right } from './types.ts';
import { API_KEY_BELIEVED_MS, UNKNOWN_KEY_MS } from '../durations/index.ts';

/** Keys in one page; all of a page are read at once. */
const PAGE = 50;
/** Length of the shortest secret that a key can have, in UTF-16 units. */
const SHORTEST = 16;
const LONGEST = 256;

type Known = Map<string, { readonly tag: string; readonly key: ApiKey | undefined }>;

interface SecretFinderOptions extends Pick<KeyStoreOptions, 'cos' | 'state' | 'now'> {
  readonly prefix: string;
  /** Undefined when there is no such key. Throws `InvalidStateObject` for a damaged one. */
  readonly read: (secretId: string) => Promise<ApiKey | undefined>;
  readonly isSecretId: (text: string) => boolean;
}

/**
 * Finds a key by its secret alone, for clients that sign nothing. All keys with the right are compared, each in
 * constant time; a match does not end the search early. Throws `CosError` with side `state`.
 */
export function createSecretFinder({ cos, state, now, prefix, read, isSecretId }: SecretFinderOptions) {
  let known: Known = new Map();
  let listed = Number.NEGATIVE_INFINITY;

  const readUnlessDamaged = async (secretId: string): Promise<ApiKey | undefined> => {
    try {
      return await read(secretId);
    } catch (error) {
      // A damaged key is skipped, so that the other keys still work.
      if (error instanceof ServiceError && error.code === 'InvalidStateObject') return undefined;
      throw error;
    }
  };
  const look = async ({
    key: name,
    etag,
    lastModified,
  }: ObjectEntry): Promise<[string, ApiKey | undefined, string]> => {
    const secretId = name.slice(prefix.length);
    const tag = `${etag} ${lastModified}`;
    const before = known.get(secretId);
    if (before?.tag === tag) return [secretId, before.key, tag];
    return [secretId, isSecretId(secretId) ? await readUnlessDamaged(secretId) : undefined, tag];
  };
  const list = async (): Promise<void> => {
    const asked = now();
    const found: Known = new Map();
    for await (const page of objectPages(cos, state, prefix, { maxKeys: PAGE })) {
      for (const [secretId, key, tag] of await Promise.all(page.map(look))) found.set(secretId, { tag, key });
    }
    known = found;
    listed = asked;
  };
  const compare = (secret: string, right: Right): ApiKey | undefined => {
    let fitting: ApiKey | undefined;
    for (const { key } of known.values()) {
      if (key !== undefined && hasRight(key, right) && constantTimeEqual(secret, key.secretKey)) fitting ??= key;
    }
    return fitting;
  };

  return async (secret: string, right: Right): Promise<ApiKey | undefined> => {
    if (secret.length < SHORTEST || secret.length > LONGEST) return undefined;
    const age = now() - listed;
    const found = age < API_KEY_BELIEVED_MS ? compare(secret, right) : undefined;
    if (found !== undefined || age < UNKNOWN_KEY_MS) return found;
    await list();
    return compare(secret, right);
  };
}
