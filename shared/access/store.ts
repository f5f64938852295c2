import { objectsUnder } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import { isSecretId, readKey, writeKey } from './state.ts';
import { createSecretFinder } from './secrets.ts';
import type { ApiKey, ApiKeySummary, KeyStoreOptions, NewKey, Right } from './types.ts';
import { API_KEY_BELIEVED_MS, UNKNOWN_KEY_MS } from '../durations/index.ts';

const MOST_CACHED = 256;
/** The API keys on the state bucket. */
export const API_KEYS = 'keys/';
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ID_START = 'CRR';

/**
 * The API keys of a deployment, one object `keys/<secretId>` for each on the state bucket. Only the finders and `add`
 * return secrets; no error and no list holds one.
 *
 * Every method throws `CosError` with side `state`, and `ServiceError` `InvalidStateObject` on a damaged object.
 */
export interface KeyStore {
  /**
   * Undefined when there is no such key. A key that was just added is found at once, or after 1 s if its ID was asked
   * for before.
   */
  find(secretId: string): Promise<ApiKey | undefined>;
  /**
   * Finds the key of a secret that came without its ID. Undefined when no key with the right has it. A removed key is
   * found for 5 s more, an added one after 1 s at the latest.
   */
  findBySecret(secret: string, right: Right): Promise<ApiKey | undefined>;
  /** Throws `ServiceError` `KeyAlreadyExists` (409) when the ID is taken, and `InvalidArgument` for a wrong bucket. */
  add(key: NewKey): Promise<ApiKey>;
  /** Lists all keys without their secrets. */
  list(): Promise<ApiKeySummary[]>;
  /** Returns whether there was such a key. */
  remove(secretId: string): Promise<boolean>;
}

export function createKeyStore({ cos, state, now, random }: KeyStoreOptions): KeyStore {
  const cache = new Map<string, { readonly asked: number; readonly key: ApiKey }>();
  // Kept apart from the known keys, so that guesses evict none of them.
  const unknown = new Map<string, number>();

  const read = async (secretId: string): Promise<ApiKey | undefined> => {
    const object = await cos.getObject(state, API_KEYS + secretId);
    return object === undefined ? undefined : readKey(object.body, secretId);
  };

  return {
    find: async (secretId) => {
      if (!isSecretId(secretId)) return undefined;
      const asked = now();
      const cached = cache.get(secretId);
      if (cached !== undefined && asked - cached.asked < API_KEY_BELIEVED_MS) return cached.key;
      cache.delete(secretId);
      if (asked - (unknown.get(secretId) ?? Number.NEGATIVE_INFINITY) < UNKNOWN_KEY_MS) return undefined;
      unknown.delete(secretId);
      const key = await read(secretId);
      if (key === undefined) remember(unknown, secretId, asked);
      else remember(cache, secretId, { asked, key });
      return key;
    },
    findBySecret: createSecretFinder({ cos, state, now, prefix: API_KEYS, read, isSecretId }),
    add: async ({ buckets, destinations = [], rights, pair = drawPair(random) }) => {
      const lists = { buckets: [...buckets], destinations: [...destinations], rights: [...rights] };
      const key: ApiKey = { ...pair, ...lists, created: now() };
      unknown.delete(key.secretId);
      try {
        await cos.putObject(state, API_KEYS + key.secretId, writeKey(key), {
          contentType: 'application/json',
          forbidOverwrite: true,
          // The object holds a secret that opens this API.
          encrypted: true,
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
      for await (const entry of objectsUnder(cos, state, API_KEYS)) {
        const secretId = entry.key.slice(API_KEYS.length);
        const key = isSecretId(secretId) ? await read(secretId) : undefined;
        // A listing may still name a removed key.
        if (key !== undefined) summaries.push(withoutSecret(key));
      }
      return summaries;
    },
    remove: async (secretId) => {
      if (!isSecretId(secretId)) return false;
      cache.delete(secretId);
      // A HEAD is enough, and a damaged key must be removable too.
      const { found } = await cos.headObject(state, API_KEYS + secretId);
      if (found) await cos.deleteObject(state, API_KEYS + secretId);
      cache.delete(secretId);
      return found;
    },
  };
}

/** Evicts the oldest entry when the map is full. */
function remember<T>(map: Map<string, T>, name: string, value: T): void {
  const oldest = map.keys().next().value;
  if (map.size >= MOST_CACHED && oldest !== undefined) map.delete(oldest);
  map.set(name, value);
}

function withoutSecret({ secretId, buckets, destinations, rights, created }: ApiKey): ApiKeySummary {
  return { secretId, buckets, destinations, rights, created };
}

function drawPair(random: KeyStoreOptions['random']): { secretId: string; secretKey: string } {
  return { secretId: ID_START + drawText(29, random), secretKey: drawText(40, random) };
}

/**
 * Draws letters evenly: bytes beyond the last whole multiple of the alphabet's length are discarded, because a
 * remainder would favour its first letters.
 */
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
