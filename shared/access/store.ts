import { objectsUnder } from '../cos/index.ts';
import type { Cos, Place } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import { isSecretId, readKey, writeKey } from './state.ts';
import type { ApiKey, ApiKeySummary, NewKey } from './types.ts';

/** ms for which a key that was found is used again: how long a removed key may still be good in a warm function. */
const KEY_CACHE_TIME = 5000;
const MOST_CACHED = 256;
const PREFIX = 'keys/';
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ID_START = 'CRR';

/**
 * The API keys of a deployment, one object `keys/<secretId>` each on the state bucket. Secrets leave it through `find`
 * and `add` only; no error and no list holds one.
 *
 * Every method throws `CosError` with side `state`, and `ServiceError` `InvalidState` on a damaged object.
 */
export interface KeyStore {
  /** Undefined when there is no such key. A key that was added is found at once. */
  find(secretId: string): Promise<ApiKey | undefined>;
  /** Throws `ServiceError` `KeyAlreadyExists` (409) for a pair whose ID is taken, `InvalidArgument` for a wrong bucket. */
  add(key: NewKey): Promise<ApiKey>;
  /** By secret ID. */
  list(): Promise<ApiKeySummary[]>;
  /** Whether there was such a key. */
  remove(secretId: string): Promise<boolean>;
}

export interface KeyStoreOptions {
  readonly cos: Cos;
  readonly state: Place;
  /** ms since 1970. */
  readonly now: () => number;
  /** Cryptographically random bytes. */
  readonly random: (bytes: number) => Uint8Array;
}

export function createKeyStore({ cos, state, now, random }: KeyStoreOptions): KeyStore {
  const cache = new Map<string, { readonly asked: number; readonly key: ApiKey }>();

  const read = async (secretId: string): Promise<ApiKey | undefined> => {
    const object = await cos.getObject(state, PREFIX + secretId);
    return object === undefined ? undefined : readKey(object.body, secretId);
  };

  const remember = (asked: number, key: ApiKey): void => {
    const oldest = cache.keys().next().value;
    if (cache.size >= MOST_CACHED && oldest !== undefined) cache.delete(oldest);
    cache.set(key.secretId, { asked, key });
  };

  return {
    find: async (secretId) => {
      if (!isSecretId(secretId)) return undefined;
      const asked = now();
      const cached = cache.get(secretId);
      if (cached !== undefined && asked - cached.asked < KEY_CACHE_TIME) return cached.key;
      cache.delete(secretId);
      const key = await read(secretId);
      // Only what exists is remembered: guesses must not fill the memory, nor delay a key that is added next.
      if (key !== undefined) remember(asked, key);
      return key;
    },
    add: async ({ buckets, rights, pair = drawPair(random) }) => {
      const key: ApiKey = { ...pair, buckets: [...buckets], rights: [...rights], created: now() };
      try {
        await cos.putObject(state, PREFIX + key.secretId, writeKey(key), {
          contentType: 'application/json',
          forbidOverwrite: true,
        });
      } catch (cause) {
        if (!(cause instanceof ServiceError) || cause.code !== 'FileAlreadyExists') throw cause;
        throw new ServiceError(`There is already an API key ${key.secretId}.`, {
          code: 'KeyAlreadyExists',
          status: 409,
          side: 'state',
          cause,
        });
      }
      return key;
    },
    list: async () => {
      const summaries: ApiKeySummary[] = [];
      for await (const entry of objectsUnder(cos, state, PREFIX)) {
        const secretId = entry.key.slice(PREFIX.length);
        const key = isSecretId(secretId) ? await read(secretId) : undefined;
        // A listing may still name what is gone.
        if (key !== undefined) summaries.push(withoutSecret(key));
      }
      return summaries;
    },
    remove: async (secretId) => {
      if (!isSecretId(secretId)) return false;
      cache.delete(secretId);
      // By HEAD and not by reading it: a damaged key must be removable.
      const { found } = await cos.headObject(state, PREFIX + secretId);
      if (found) await cos.deleteObject(state, PREFIX + secretId);
      cache.delete(secretId);
      return found;
    },
  };
}

function withoutSecret({ secretId, buckets, rights, created }: ApiKey): ApiKeySummary {
  return { secretId, buckets, rights, created };
}

function drawPair(random: KeyStoreOptions['random']): { secretId: string; secretKey: string } {
  return { secretId: ID_START + drawText(29, random), secretKey: drawText(40, random) };
}

/** Even: bytes past the last whole multiple of the alphabet are thrown away, not folded onto its beginning. */
function drawText(length: number, random: KeyStoreOptions['random']): string {
  const limit = 256 - (256 % ALPHABET.length);
  let text = '';
  while (text.length < length) {
    for (const byte of random(length)) {
      if (byte < limit && text.length < length) text += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return text;
}
