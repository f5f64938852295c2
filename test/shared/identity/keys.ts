import { nodeHash, type Place } from '../../../shared/cos/index.ts';
import { readMarker, signerFor, writeMarker } from '../../../shared/identity/marker.ts';
import type { Keyring, Marker, MarkerKey } from '../../../shared/identity/types.ts';

/** A key for tests; nothing real is signed with it. */
export const KEY: MarkerKey = { id: '0a1b2c3d', secret: 'a secret of tests', retired: undefined };

/** Keys that exist from the beginning; the last one signs. */
export const keyringOf = (...keys: readonly MarkerKey[]): Keyring => ({
  newest: async () => keys.at(-1) ?? KEY,
  find: async (id) => keys.filter((key) => key.id === id),
});

export const KEYS = keyringOf(KEY);

/** The metadata of a replica with another marker, signed as a deployment would. */
export function remarked(
  meta: Readonly<Record<string, string>>,
  change: Partial<Marker>,
  place: Place,
  key: string,
): Record<string, string> {
  const said = readMarker(meta);
  if (said === undefined) throw new Error('there is no marker to change');
  return writeMarker(meta, { ...said.marker, ...change }, signerFor(KEY, nodeHash, place, key));
}
