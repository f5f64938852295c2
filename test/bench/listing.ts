import { createRequire } from 'node:module';

import { createListingReader } from '../../shared/cos/listing.ts';
import { VERSIONS } from '../../shared/cos/listings.ts';
import { cpuOf, middle, round } from './middle.ts';
import type { BenchOptions, BenchResult, Figure } from './types.ts';

const ENTRIES = 1000;
const PIECE = 64 * 1024;
const LESS = 0x3c;
const CALL = { method: 'GET', place: { bucket: 'source-1250000000', region: 'ap-guangzhou' }, effect: 'read' } as const;

const sdk = createRequire(import.meta.url)('cos-nodejs-sdk-v5/sdk/util.js') as { xml2json(text: string): unknown };

/** A page as COS writes it: indented, keys percent-encoded, ETags in entities. */
function pageOfVersions(): Buffer {
  const fields = (i: number) => [
    `<Key>photos%2F2026%2F${i % 12}%2Fimage-${i}.jpg</Key>`,
    `<VersionId>MTg0NDUxNTgwMzM0ODUwODk0${String(i).padStart(6, '0')}</VersionId>`,
    '<IsLatest>true</IsLatest>',
    `<LastModified>2026-01-02T03:${String(i % 60).padStart(2, '0')}:04.000Z</LastModified>`,
    `<ETag>&quot;${(i * 7919).toString(16).padStart(32, '0')}&quot;</ETag>`,
    `<Size>${i * 1000}</Size>`,
    '<StorageClass>STANDARD</StorageClass>',
    '<Owner>\n\t\t\t<ID>1250000000</ID>\n\t\t\t<DisplayName>1250000000</DisplayName>\n\t\t</Owner>',
  ];
  const entries = Array.from({ length: ENTRIES }, (_, i) => `<Version>\n\t\t${fields(i).join('\n\t\t')}\n\t</Version>`);
  const top = [
    '<EncodingType>url</EncodingType>',
    '<Name>source-1250000000</Name>',
    '<Prefix/>',
    '<IsTruncated>false</IsTruncated>',
  ];
  const content = [...top, ...entries].join('\n\t');
  return Buffer.from(
    `<?xml version='1.0' encoding='utf-8' ?>\n<ListVersionsResult>\n\t${content}\n</ListVersionsResult>`,
  );
}

function read(page: Buffer, kind: typeof VERSIONS): number {
  const reader = createListingReader(CALL, kind, () => undefined);
  for (let at = 0; at < page.length; at += PIECE) reader.sink?.(page.subarray(at, at + PIECE));
  return reader.read({ status: 200, headers: {}, body: new Uint8Array(), framed: true }).entries.length;
}

/** The least work of any reader: a look at each byte. */
function scan(page: Buffer): number {
  let tags = 0;
  for (let i = 0; i < page.length; i += 1) if (page[i] === LESS) tags += 1;
  return tags;
}

/** CPU for reading listings: this client, its strict reader alone, the official SDK, and a look at each byte. */
export async function benchListing(options: BenchOptions): Promise<BenchResult> {
  const page = pageOfVersions();
  const strict = { ...VERSIONS, quick: () => undefined };
  const ways: readonly (readonly [name: string, times: number, once: () => unknown])[] = [
    ['scan', 20, () => scan(page)],
    ['quick', 20, () => read(page, VERSIONS)],
    ['strict', 5, () => read(page, strict)],
    ['sdk', 2, () => sdk.xml2json(page.toString())],
  ];
  const found = new Map<string, number[]>(ways.map(([name]) => [name, []]));
  // The first rounds warm up.
  for (let i = options.quick ? -2 : -3; i < (options.quick ? 5 : 15); i += 1) {
    for (const [name, times, once] of ways) {
      const cpu = await cpuOf(() => {
        for (let n = 0; n < times; n += 1) once();
      });
      if (i >= 0) found.get(name)?.push(cpu / times);
    }
  }
  // µs for a page of a thousand, divided by a thousand, are seconds for a million versions.
  const seconds = (name: string): number => round(middle(found.get(name) ?? []) / ENTRIES);
  const all = { scan: seconds('scan'), quick: seconds('quick'), strict: seconds('strict'), sdk: seconds('sdk') };
  const limited: Figure[] = [
    {
      name: 'listing: CPU over that of the strict reader',
      value: round(all.quick / all.strict),
      kind: 'ratio',
      most: 0.4,
    },
    {
      name: 'listing: CPU over that of the official SDK',
      value: round(all.quick / all.sdk),
      kind: 'ratio',
      most: 0.12,
    },
    {
      name: 'listing: strict reader over the official SDK',
      value: round(all.strict / all.sdk),
      kind: 'ratio',
      most: 0.4,
    },
  ];
  return {
    ok: true,
    figures: { secondsPerMillion: all },
    limited,
    lines: [
      `CPU s per 1,000,000 versions  ${all.quick}, strict reader ${all.strict}, official SDK ${all.sdk}, a look at each byte ${all.scan}`,
    ],
  };
}
