import type { Blob } from '../../cloud/cos/index.ts';
import { pick } from '../deeds.ts';
import type { Act, Hand } from './hand.ts';

const MARKER = 'replication-marker';
const SOURCE = 'replication-source';

/** `genuine`: the metadata of an existing replica. */
function forgedMeta(
  genuine: Readonly<Record<string, string>> | undefined,
  { crc64 }: Blob,
  random: () => number,
): Record<string, string> {
  const far = Buffer.from(String(2n ** 64n - 1n - BigInt(Date.UTC(2076, 0, 1)) * 1000n)).toString('base64url');
  const source = genuine?.[SOURCE] ?? `ap-guangzhou/source-1250000000/${far}`;
  const marker = genuine?.[MARKER] ?? `1;;;c1;1767225600-vx;;0a1b2c3d;${'A'.repeat(22)}`;
  // The checksum of these bytes, which anybody can compute.
  const fields = marker.split(';').with(3, `c${crc64}`);
  const changes = [
    // Unchanged, on other bytes.
    { [SOURCE]: source, [MARKER]: marker },
    { [SOURCE]: source, [MARKER]: fields.join(';') },
    { [SOURCE]: source.replace(/[^/]+$/, far), [MARKER]: fields.join(';') },
    // A newer attempt; no checksum; no base; another key.
    { [SOURCE]: source, [MARKER]: fields.with(4, `${1_767_225_600 + Math.floor(random() * 1e5)}-vz`).join(';') },
    { [SOURCE]: source, [MARKER]: fields.with(3, 's1').join(';') },
    { [SOURCE]: source, [MARKER]: fields.with(2, '').join(';') },
    { [SOURCE]: source, [MARKER]: fields.with(6, 'ffffffff').join(';') },
  ];
  return pick(changes, random()) ?? {};
}

/**
 * A write with a forged replication marker. The user may read and write here and knows all names, but has no marker
 * key.
 */
export function forge(hand: Hand, act: Act): string | undefined {
  const { place, key, random, request } = act;
  const marked = hand.versions(place, key).filter(({ attributes }) => attributes.meta[MARKER] !== undefined);
  const from = pick(marked, random());
  const attributes = hand.attributes(act);
  hand.write(place, key);
  const blob = hand.blob(act, false);
  const meta: Record<string, string> = { ...attributes.meta, ...forgedMeta(from?.attributes.meta, blob, random) };
  const made = hand.world.core.putObject(place.bucket, place.region, key, blob, { ...attributes, meta }, request);
  return `forged ${key} as ${made.versionId}: ${meta[MARKER]}`;
}
