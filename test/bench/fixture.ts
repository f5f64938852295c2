import type { Place } from '../../shared/cos/index.ts';
import { plain } from '../deployment/index.ts';
import type { LocalCloud } from '../cloud/index.ts';
import type { Version } from '../cloud/cos/index.ts';

const KEPT = 'kept';
const GONE = 'gone';
const KEY_COUNT = 1000;

/** The traits that a tool may carry to the other side, in the order of the report. */
export const TRAITS = [
  'bytes',
  'content headers',
  'user metadata',
  'tags',
  'storage class',
  'older versions',
  'delete markers',
  'which version a replica stands for',
] as const;
export type Trait = (typeof TRAITS)[number];

/** Writes two versions of one object with all traits, and an object that is deleted. */
export function writeFixture(cloud: LocalCloud, { bucket, region }: Place, prefix: string): void {
  const attributes = plain({
    headers: { 'content-type': 'image/webp', 'cache-control': 'max-age=60' },
    meta: { note: 'a' },
    storageClass: 'STANDARD_IA',
    tags: [['team', 'x']],
  });
  const context = { requestId: 'user' };
  for (const text of ['first', 'second']) {
    const blob = cloud.blobs.fromBytes(Buffer.from(text));
    cloud.core.putObject(bucket, region, prefix + KEPT, blob, attributes, context);
  }
  cloud.core.putObject(bucket, region, prefix + GONE, cloud.blobs.fromBytes(Buffer.from('x')), attributes, context);
  cloud.core.deleteObject(bucket, region, prefix + GONE, undefined, context);
}

/** The traits of it that are at a place. */
export function traitsAt(cloud: LocalCloud, { bucket, region }: Place, prefix: string): readonly Trait[] {
  const { entries } = cloud.core.listVersions(bucket, region, { prefix, maxKeys: KEY_COUNT });
  const kept = entries.filter(({ key }) => key === prefix + KEPT);
  const [newest] = kept;
  const has = (check: (version: Version) => boolean): boolean => newest !== undefined && check(newest);
  const found: Readonly<Record<Trait, boolean>> = {
    bytes: has(({ blob }) => blob?.size === 'second'.length),
    'content headers': has(
      ({ attributes: { headers } }) =>
        headers['content-type'] === 'image/webp' && headers['cache-control'] === 'max-age=60',
    ),
    'user metadata': has(({ attributes }) => attributes.meta['note'] === 'a'),
    tags: has(({ attributes }) => JSON.stringify(attributes.tags) === '[["team","x"]]'),
    'storage class': has(({ attributes }) => attributes.storageClass === 'STANDARD_IA'),
    'older versions': kept.length === 2,
    'delete markers': entries.some(({ key, deleteMarker }) => key === prefix + GONE && deleteMarker),
    'which version a replica stands for': has(({ attributes }) => 'replication-source' in attributes.meta),
  };
  return TRAITS.filter((trait) => found[trait]);
}
