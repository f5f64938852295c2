import { formatPlace, putNew, type Cos, type Place } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import type { Hash } from '../signing/index.ts';
import type { Keyring, MarkerKey } from './types.ts';
import { CLOCKS_APART_MS, KEY_REFRESH_MS } from '../durations/index.ts';

/** One object per key, numbered from 1 without gaps. Each is made once and never written again. */
export const MARKER_KEYS = 'secrets/marker-key/';
const MOST_KEYS = 1000;
const SECRET_BYTES = 32;

interface KeyringOptions {
  readonly cos: Pick<Cos, 'getObject'>;
  /** State bucket of the deployment, whose keys sign. */
  readonly state: Place;
  /** State buckets of the other deployments whose markers may be met. */
  readonly others: readonly Place[];
  readonly hash: Hash;
  /** ms since 1970. */
  readonly now: () => number;
}

/**
 * The marker keys of this deployment and of others, read from their state buckets when first needed. An unknown key is
 * looked for again if the version that names it is younger than the last look. So a replica of a deployment that was
 * just made, or has just changed its key, does not count as a user's object.
 */
export function createKeyring({ cos, state, others, hash, now }: KeyringOptions): Keyring {
  const places = [state, ...others];
  const known = new Map<string, MarkerKey[]>();
  let loaded = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;

  const load = async (): Promise<void> => {
    const asked = now();
    const found = await Promise.all(
      places.map(async (place) => {
        const keys = known.get(formatPlace(place)) ?? [];
        return { place, keys: await readOn({ cos, hash }, place, keys) };
      }),
    );
    for (const { place, keys } of found) known.set(formatPlace(place), keys);
    loaded = asked;
  };
  /** Waits for a read that began after this call. */
  const reload = async (): Promise<void> => {
    await loading?.catch(() => undefined);
    loading ??= load().finally(() => {
      loading = undefined;
    });
    return loading;
  };
  const withId = (id: string): readonly MarkerKey[] =>
    places.flatMap((place) => known.get(formatPlace(place)) ?? []).filter((key) => key.id === id);

  return {
    newest: async () => {
      const own = (): MarkerKey | undefined => known.get(formatPlace(state))?.at(-1);
      if (own() === undefined || now() - loaded >= KEY_REFRESH_MS) await reload();
      const key = own();
      if (key === undefined) throw missing(state);
      return key;
    },
    find: async (id, written) => {
      const keys = withId(id);
      if (keys.length > 0 || loaded - CLOCKS_APART_MS > written) return keys;
      await reload();
      return withId(id);
    },
  };
}

/** The known keys, and those that were added after them. */
async function readOn(
  { cos, hash }: Pick<KeyringOptions, 'cos' | 'hash'>,
  place: Place,
  known: readonly MarkerKey[],
): Promise<MarkerKey[]> {
  const keys = [...known];
  while (keys.length < MOST_KEYS) {
    const object = await readKey(cos, place, keys.length + 1);
    if (object === undefined) return keys;
    const last = keys.pop();
    if (last !== undefined) keys.push({ ...last, retired: object.lastModified });
    const secret = new TextDecoder().decode(object.body);
    keys.push({ id: hash.sha256(`marker key\n${secret}`).slice(0, 8), secret, retired: undefined });
  }
  return keys;
}

/**
 * Undefined when there is no such key, or when the deployment of that bucket does not exist yet; it has then written no
 * marker.
 */
async function readKey(cos: KeyringOptions['cos'], place: Place, number: number) {
  try {
    return await cos.getObject(place, `${MARKER_KEYS}${number}`);
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'NoSuchBucket') return undefined;
    throw error;
  }
}

const missing = (state: Place): ServiceError =>
  new ServiceError(`The state bucket ${state.bucket} holds no marker key. Deploy again to make one`, {
    code: 'MarkerKeyMissing',
    side: 'state',
    retryable: true,
  });

interface NewKeyOptions {
  readonly cos: Pick<Cos, 'getObject' | 'putObject'>;
  readonly state: Place;
  /** Cryptographically random bytes. */
  readonly random: (bytes: number) => Uint8Array;
}

/** Whether a deployment has a key to sign markers with. Throws `CosError`. */
export async function hasMarkerKey({ cos, state }: Pick<KeyringOptions, 'cos' | 'state'>): Promise<boolean> {
  return (await readKey(cos, state, 1)) !== undefined;
}

/**
 * Makes the first key of a deployment; returns false when it has one. The secret is sent to the bucket and nowhere
 * else.
 */
export async function ensureMarkerKey(options: NewKeyOptions): Promise<boolean> {
  return (await readKey(options.cos, options.state, 1)) === undefined && writeKey(options, 1);
}

/**
 * Makes a newer key and returns its number. Markers that the older keys signed stay valid. Somebody who has learned an
 * older secret cannot sign a valid marker for a version that is written later. Throws `CosError`.
 */
export async function rotateMarkerKey(options: NewKeyOptions): Promise<number> {
  for (let number = 1; number <= MOST_KEYS; number += 1) {
    if ((await readKey(options.cos, options.state, number)) !== undefined) continue;
    if (await writeKey(options, number)) return number;
  }
  throw new ServiceError(`There are ${MOST_KEYS} marker keys already`, { code: 'TooManyMarkerKeys', side: 'state' });
}

/** False when somebody else has just made that key. */
async function writeKey({ cos, state, random }: NewKeyOptions, number: number): Promise<boolean> {
  const secret = Buffer.from(random(SECRET_BYTES)).toString('base64url');
  return putNew(cos, state, `${MARKER_KEYS}${number}`, new TextEncoder().encode(secret), {
    contentType: 'text/plain',
    encrypted: true,
  });
}
