import { CosError, type CopyAttributes, type Cos, type Place, type WriteResult } from '../../../shared/cos/index.ts';
import type { Store } from './stores.ts';

/** An opened store with three buckets, which the cases share: each case has keys of its own. */
export interface Opened {
  readonly store: Store;
  readonly cos: Cos;
  /** It never had versioning; the other two have it. */
  readonly plain: Place;
  readonly source: Place;
  readonly destination: Place;
}

export async function openBuckets(open: () => Promise<Store>): Promise<Opened> {
  const store = await open();
  const plain = await store.bucket();
  const [source, destination] = [await store.bucket('Enabled'), await store.bucket('Enabled')];
  return { store, cos: store.cos, plain, source, destination };
}

export const bytes = (text: string): Uint8Array => Buffer.from(text);
export const NONE: CopyAttributes = { headers: {}, meta: {}, storageClass: 'STANDARD' };
/** The ID of a version that no bucket has. */
export const MISSING = 'MTg0NDUwNDQwNzM3MDk0MjgxNTk';

/** The `CosError` of a call. Throws when there is none. */
export async function failureOf(
  call: Promise<unknown>,
): Promise<{ code: string; status: number | undefined; retryable: boolean }> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CosError)) throw new Error(`not a CosError: ${String(error)}`);
  const { code, status, retryable } = error;
  return { code, status, retryable };
}

/** Writes an object, with its key as text by default, and returns the ID of its version. */
export const put = async ({ cos, source }: Opened, key: string, text = key, place = source): Promise<string> =>
  (await cos.putObject(place, key, bytes(text))).versionId ?? '';

/** Copies a new version of the source to the same key at the destination. */
export async function copy(
  opened: Opened,
  key: string,
  attributes: Partial<CopyAttributes> = {},
): Promise<WriteResult> {
  const from = { place: opened.source, key, versionId: await put(opened, key) };
  return opened.cos.copyObject(opened.destination, key, from, { ...NONE, ...attributes });
}

export async function headOf({ cos }: Opened, place: Place, key: string, versionId?: string) {
  const result = await cos.headObject(place, key, versionId);
  if (!result.found) throw new Error(`the object ${key} is missing`);
  return result.head;
}
