import { nodeHash, type Cos, type Place, type VersionEntry, type VersionsPage } from '../../shared/cos/index.ts';
import { createListingReader } from '../../shared/cos/listing.ts';
import { VERSIONS } from '../../shared/cos/listings.ts';
import type { RangeDocument } from '../../shared/scan/documents.ts';
import { newRange } from '../../shared/scan/new-range.ts';
import { SCAN_DEFAULTS } from '../../shared/scan/index.ts';
import { Ledger } from '../../shared/scan/ledger.ts';
import { nextKey } from '../../shared/scan/merge.ts';
import { PairRules } from '../../shared/scan/scope.ts';
import { VersionStream } from '../../shared/scan/streams.ts';
import { Tally } from '../../shared/scan/tally.ts';
import { walkRange } from '../../shared/scan/walk.ts';
import { BACKUP, MeasuredDeployment, SOURCE } from '../deployment/index.ts';
import { beginScan } from './begin-scan.ts';
import { cpuOf, heldBytes, middle, round } from './middle.ts';
import type { BenchOptions, BenchResult, Figure } from './types.ts';

const PAGE = 1000;
/** Memory is measured this many times. */
const SAMPLES = 60;
const RANGE = SCAN_DEFAULTS.rangeEntries;
const CALL = { method: 'GET', place: SOURCE, effect: 'read' } as const;
const PAIR = { source: SOURCE, destination: BACKUP };
const SALT = 'salt';
const LARGE = [10_000, 100_000, 1_000_000, 10_000_000];

/** Entries on each side, every fifth of them an older version of its key. */
const keyOf = (n: number): string => `photos/${String(n - (n % 5 === 4 ? 1 : 0)).padStart(9, '0')}.jpg`;

/** Pages as COS writes them, made when they are read, and read by the client's own reader. */
class Listings {
  requests = 0;
  beforePage: () => void = () => undefined;
  readonly #entries: number;

  constructor(entries: number) {
    this.#entries = entries;
  }

  async list(place: Place, keyMarker: string | undefined): Promise<VersionsPage> {
    this.requests += 1;
    this.beforePage();
    const first = keyMarker === undefined ? 0 : this.#after(keyMarker);
    const last = Math.min(first + PAGE, this.#entries);
    const whole = keyOf(last) === keyOf(last - 1) ? last - 1 : last;
    const end = last === this.#entries ? last : whole;
    const reader = createListingReader(CALL, VERSIONS, () => undefined);
    reader.sink?.(Buffer.from(pageOf(place, first, end, end < this.#entries)));
    return reader.read({ status: 200, headers: {}, body: new Uint8Array(), framed: true });
  }

  #after(key: string): number {
    const n = Number(/(\d{9})/.exec(key)?.[1]);
    return keyOf(n + 1) === key ? n + 2 : n + 1;
  }
}

function pageOf({ bucket }: Place, first: number, end: number, isTruncated: boolean): string {
  const side = bucket === SOURCE.bucket ? 1 : 2;
  let text = `<?xml version='1.0' encoding='utf-8' ?>\n<ListVersionsResult>\n\t<EncodingType>url</EncodingType>\n\t<Name>${bucket}</Name>\n\t<Prefix/>\n\t<IsTruncated>${isTruncated}</IsTruncated>`;
  if (isTruncated) text += `\n\t<NextKeyMarker>${encodeURIComponent(keyOf(end - 1))}</NextKeyMarker>`;
  for (let n = first; n < end; n += 1) {
    // Newest first: the second entry of a key is its older version.
    const version = `MTg0NDUxNTgwMzM0ODU${side}${String(n).padStart(9, '0')}`;
    text += `\n\t<Version>\n\t\t<Key>${encodeURIComponent(keyOf(n))}</Key>\n\t\t<VersionId>${version}</VersionId>\n\t\t<IsLatest>${n % 5 !== 4}</IsLatest>\n\t\t<LastModified>2025-01-02T03:04:05.000Z</LastModified>\n\t\t<ETag>&quot;${n.toString(16).padStart(32, '0')}&quot;</ETag>\n\t\t<Size>${n}</Size>\n\t\t<StorageClass>STANDARD</StorageClass>\n\t\t<Owner>\n\t\t\t<ID>1250000000</ID>\n\t\t\t<DisplayName>1250000000</DisplayName>\n\t\t</Owner>\n\t</Version>`;
  }
  return `${text}\n</ListVersionsResult>`;
}

/** A scan of a pair that an earlier one has proved, in ranges of the deployed length, without a network. */
async function measured(entries: number, isSampled = false) {
  const world = new MeasuredDeployment({ markerTold: true });
  await world.begin();
  const listings = new Listings(entries);
  const listVersions: Cos['listVersions'] = (place, query) => listings.list(place, query?.keyMarker);
  Object.assign(world.cos, { listVersions });
  const { deps, store, ruleSet, scan } = await beginScan(world, PAIR);
  const streams = (after: string | undefined, upTo: string | undefined) =>
    [SOURCE, BACKUP].map(
      (place) => new VersionStream((cursor) => listVersions(place, cursor ?? {}), { after, upTo }),
    ) as [VersionStream, VersionStream];

  const ranges: RangeDocument[] = [];
  for (let first = 0; first < entries; first += RANGE) {
    const number = ranges.length;
    const after = first === 0 ? null : keyOf(first - 1);
    const upTo = first + RANGE >= entries ? null : keyOf(first + RANGE - 1);
    const ledger = new Ledger();
    const tally = new Tally(nodeHash, SALT, new PairRules(ruleSet, PAIR));
    const [source, destination] = streams(after ?? undefined, upTo ?? undefined);
    while ((await nextKey(source, destination, tally)) !== undefined) ledger.prove(tally.end().hash, undefined);
    await store.putLedger(`ledger-${number}`, ledger);
    const range = newRange(scan.id, number, { after, upTo, expected: RANGE });
    ranges.push({ ...range, salt: SALT, ledgers: [`ledger-${number}`] });
  }

  // The floor: both sides listed, each entry looked at once, nothing compared.
  let seen = 0;
  const list = async (place: Place): Promise<void> => {
    let cursor: { keyMarker: string } | undefined;
    do {
      const page: VersionsPage = await listVersions(place, cursor ?? {});
      seen += page.entries.reduce((sum: number, { size }: VersionEntry) => sum + (size >= 0 ? 1 : 0), 0);
      cursor = page.next;
    } while (cursor !== undefined);
  };
  const listing = await cpuOf(async () => {
    await list(SOURCE);
    await list(BACKUP);
  });
  if (seen !== 2 * entries) throw new Error(`${seen} of ${2 * entries} entries were listed`);

  world.forget();
  listings.requests = 0;
  const before = isSampled ? heldBytes() : 0;
  let held = 0;
  const look = (): void => void (held = Math.max(held, heldBytes() - before));
  // In the middle of a range, because at its end all results are already written.
  listings.beforePage = () => {
    if (isSampled && listings.requests % Math.ceil((2 * entries) / PAGE / SAMPLES) === 0) look();
  };
  const walking = await cpuOf(async () => {
    for (const range of ranges) {
      await store.createRange(range);
      const isDone = await walkRange({ deps, store, scan, deadline: world.now + 900_000 }, range);
      if (!isDone) throw new Error(`range ${range.number} was not done`);
    }
  });
  const done = await store.readRanges(scan.id, await store.doneRanges(scan.id));
  const found = done.reduce((sum, { counts }) => sum + standings(counts), 0);
  const asked = world.requests.filter(({ place }) => place.bucket === SOURCE.bucket || place.bucket === BACKUP.bucket);
  await world.close();
  const { requests } = listings;
  return { entries, listing, walking, requests, others: asked.length, found, heldMB: held / 1e6 };
}

const standings = ({ rules }: RangeDocument['counts']): number =>
  Object.values(rules).reduce((sum, { replicated }) => sum + replicated[0], 0);

/** The cost of a look through a pair in which everything is replicated and proved. */
export async function benchScan({ quick, large }: BenchOptions): Promise<BenchResult> {
  const sizes = large ? LARGE : quick ? [20_000, 200_000] : [100_000, 1_000_000];
  const [least = 0, most = 0] = [sizes[0], sizes.at(-1)];
  await measured(least);
  const rounds = [];
  for (let i = 0; i < (quick || large ? 1 : 3); i += 1) {
    const all = [];
    for (const size of sizes) all.push(await measured(size));
    const [few, many] = [all[0], all.at(-1)];
    if (few === undefined || many === undefined) throw new Error('nothing was measured');
    rounds.push({ few, many, all });
  }
  const ratio = round(middle(rounds.map(({ many }) => many.walking / many.listing)));
  const growth = round(middle(rounds.map(({ many, few }) => many.walking / few.walking / (most / least))));
  // Last and alone, because forced garbage collections slow down code that runs beside them.
  const { heldMB } = await measured(Math.min(most, 1_000_000), true);
  const [first] = rounds;
  if (first === undefined) throw new Error('nothing was measured');
  const { many } = first;
  const seconds = (value: number): number => round(value / many.entries);
  const sized = first.all.map(({ entries, walking }) => `${round(walking / entries)} at ${entries}`);
  const limited: Figure[] = [
    { name: 'scan: CPU over that of listing both sides', value: ratio, kind: 'ratio', most: 1.6 },
    {
      name: `scan: CPU per version at ${most} versions over that at ${least}`,
      value: growth,
      kind: 'ratio',
      most: 1.25,
    },
    {
      name: 'scan: listing requests per 1,000 versions on each side',
      value: round((many.requests / many.entries) * 1000),
      kind: 'count',
      most: 3,
    },
    { name: 'scan: other requests at source and destination', value: many.others, kind: 'count', most: 0 },
    { name: 'scan: versions not found replicated', value: many.entries - many.found, kind: 'count', most: 0 },
    { name: 'scan: MB held beyond those before the scan', value: Math.round(heldMB), kind: 'count', most: 20 },
  ];
  return {
    ok: true,
    figures: { rounds },
    limited,
    lines: [
      `CPU s per 1,000,000 versions  ${seconds(many.walking)} for a scan of a proved pair, ${seconds(many.listing)} for listing both sides`,
      `us of CPU a version           ${sized.join(', ')} versions on each side`,
    ],
  };
}
