import type { Cos, ObjectEntry, Place, VersionEntry } from './types.ts';

type Lists = Pick<Cos, 'listObjects'>;
type ListsVersions = Pick<Cos, 'listVersions'>;

/**
 * The objects under a prefix in the order of their keys, in pages of 1 to `maxKeys` (1,000 by default), from beyond the
 * key `after` on. Each page is requested when the caller is done with the previous one. Throws `CosError`.
 */
export async function* objectPages(
  cos: Lists,
  place: Place,
  prefix: string,
  { after, maxKeys }: { readonly after?: string | undefined; readonly maxKeys?: number } = {},
): AsyncGenerator<readonly ObjectEntry[]> {
  const query = { prefix, ...(maxKeys === undefined ? {} : { maxKeys }) };
  let marker = after;
  do {
    const page = await cos.listObjects(place, { ...query, ...(marker === undefined ? {} : { marker }) });
    if (page.entries.length > 0) yield page.entries;
    marker = page.nextMarker;
  } while (marker !== undefined);
}

/** The objects under a prefix, one by one. Throws `CosError`. */
export async function* objectsUnder(cos: Lists, place: Place, prefix: string): AsyncGenerator<ObjectEntry> {
  for await (const page of objectPages(cos, place, prefix)) yield* page;
}

/** The position at which a listing of one key goes on. */
export interface KeyCursor {
  readonly keyMarker: string;
  readonly versionIdMarker: string;
}

export interface KeyPage {
  /** Versions and delete markers of the key alone, newest first. */
  readonly entries: readonly VersionEntry[];
  /** Undefined when there is nothing older. */
  readonly next: KeyCursor | undefined;
}

/**
 * One page of the versions and delete markers of one key. Longer keys that begin with this one follow it in a listing;
 * the page ends before them. Throws `CosError`.
 */
export async function pageOfKey(
  cos: ListsVersions,
  place: Place,
  key: string,
  { maxKeys, after }: { readonly maxKeys?: number; readonly after?: KeyCursor | undefined } = {},
): Promise<KeyPage> {
  const page = await cos.listVersions(place, { prefix: key, ...(maxKeys === undefined ? {} : { maxKeys }), ...after });
  // P5: Other keys begin with this key.
  const entries = page.entries.filter((entry) => entry.key === key);
  return { entries, next: entries.length === page.entries.length ? page.next : undefined };
}

/** The versions and delete markers of one key, newest first. Throws `CosError`. */
export async function* versionsOf(cos: ListsVersions, place: Place, key: string): AsyncGenerator<VersionEntry> {
  let after: KeyCursor | undefined;
  do {
    const page: KeyPage = await pageOfKey(cos, place, key, { after });
    yield* page.entries;
    after = page.next;
  } while (after !== undefined);
}
