import { expect } from 'vitest';
import { replicate } from '../../functions/replicate/handler.ts';
import { createCosClient, type Place } from '../../shared/cos/index.ts';
import { createPartsCopier, type Engine, type Settings } from '../../shared/replication/index.ts';
import type { Rule } from '../../shared/rules/index.ts';
import type { Credentials } from '../../shared/signing/index.ts';
import type { CoreEvent } from '../cloud/cos/index.ts';
import type { LocalCloud } from '../cloud/index.ts';
import { CARRIED } from '../cloud/job/content.ts';
import { cosEvent } from '../cloud/scf/cos-event.ts';
import {
  makeBucket,
  openDriver,
  textOf,
  xmlOf,
  type Answer,
  type CosDriver,
  type TestBucket,
} from '../contract/driver.ts';
import { engineOn, stored, wholeBucket } from '../deployment/index.ts';

const TARGET = { region: 'ap-guangzhou', namespace: 'default', name: 'replicate', qualifier: '$LATEST' };
const MINUTE = 60_000;

/** A source and a destination on a local cloud, between them the engine and the signed client over real HTTP. */
export interface Pair {
  readonly driver: CosDriver;
  readonly source: TestBucket;
  readonly destination: TestBucket;
  /** The lines that the functions logged. */
  readonly lines: Readonly<Record<string, unknown>>[];
  setRule(some?: Partial<Rule>): Promise<void>;
  /** Sends all new events to the function, as COS does. */
  deliver(): Promise<void>;
  close(): Promise<void>;
}

export interface PairOptions {
  /** Which of the two is a bucket of several zones; neither by default. */
  readonly multiAz?: 'source' | 'destination';
  /** A bucket of the test's own that replaces the destination. */
  readonly destination?: (driver: CosDriver) => TestBucket;
  /** The engine's keys; by default those of the account itself. */
  readonly credentials?: (cloud: LocalCloud, buckets: readonly TestBucket[]) => Credentials;
}

export async function openPair(settings: Partial<Settings> = {}, options: PairOptions = {}): Promise<Pair> {
  const driver = await openDriver();
  const { cloud } = driver;
  if (cloud === undefined) throw new Error('these tests need the local cloud');
  const { multiAz } = options;
  const source = await makeBucket(driver, 'source', { versioning: 'Enabled', multiAz: multiAz === 'source' });
  const plain = { versioning: 'Enabled', region: driver.otherRegion, multiAz: multiAz === 'destination' } as const;
  const destination = options.destination?.(driver) ?? (await makeBucket(driver, 'backup', plain));
  const state = await makeBucket(driver, 'state');
  const credentials = options.credentials?.(cloud, [source, destination, state]) ?? driver.credentials;
  const cos = createCosClient({ credentials: () => credentials, endpoint: cloud.endpoint });
  const engine = engineOn(cos, {
    state: placeOf(state),
    now: Date.now,
    settings,
    inParts: createPartsCopier({ sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) }),
  });
  const lines: Readonly<Record<string, unknown>>[] = [];
  const events: CoreEvent[] = [];
  cloud.core.onEvent((event) => {
    if (event.bucket === source.name) events.push(event);
  });
  return {
    driver,
    source,
    destination,
    lines,
    setRule: (some = {}) => putRule(engine, placeOf(source), placeOf(destination), some),
    deliver: async () => {
      for (let event = events.shift(); event !== undefined; event = events.shift()) {
        const run = {
          requestId: 'run',
          deadline: Date.now() + MINUTE,
          log: (line: object) => void lines.push({ ...line }),
        };
        await replicate(engine, [placeOf(source)], cosEvent(event, TARGET, cloud.core.switches), run);
      }
    },
    close: async () => {
      cos.close();
      await driver.close();
    },
  };
}

async function putRule({ rules }: Engine, source: Place, destination: Place, some: Partial<Rule>): Promise<void> {
  const rule = wholeBucket(destination, some);
  await rules.put(stored({ source, role: 'qcs::cam::uin/1:uin/1', rules: [rule], created: 0 }));
  await rules.getFresh(source);
}

const placeOf = ({ name, region }: TestBucket): Place => ({ bucket: name, region });

/** User metadata of an answer as on the wire, without the replication marker. */
export function metaOf({ headers }: Answer): Record<string, string> {
  const own = Object.entries(headers).filter(
    ([name]) => name.startsWith('x-cos-meta-') && !name.startsWith('x-cos-meta-replication-'),
  );
  return Object.fromEntries(own);
}

/** The headers of an object that a user sees beside its metadata. */
export const headersOf = ({ headers }: Answer): Record<string, string> =>
  Object.fromEntries(CARRIED.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));

/** Compares bytes, headers, metadata, tags and class of the current versions on both sides. */
export async function expectSame({ source, destination }: Pair, key: string): Promise<Answer> {
  const [from, to] = await Promise.all([source.must('GET', key), destination.call('GET', key)]);
  expect(to.status, `the replica of ${JSON.stringify(key)}`).toBe(200);
  expect(to.headers['x-cos-meta-replication-source']).toBe(
    `${source.region}/${source.name}/${from.headers['x-cos-version-id']}`,
  );
  expect(to.body.equals(from.body)).toBe(true);
  expect(to.headers['x-cos-hash-crc64ecma']).toBe(from.headers['x-cos-hash-crc64ecma']);
  expect(headersOf(to)).toEqual(headersOf(from));
  expect(metaOf(to)).toEqual(metaOf(from));
  expect(to.headers['x-cos-storage-class']).toBe(from.headers['x-cos-storage-class']);
  const tagging = { query: { tagging: '' } };
  const [tags, theirs] = await Promise.all([source.call('GET', key, tagging), destination.call('GET', key, tagging)]);
  expect([theirs.status, tagsOf(theirs)]).toEqual([tags.status, tagsOf(tags)]);
  return to;
}

const tagsOf = (answer: Answer): readonly string[] => answer.body.toString().match(/<Tag>.*?<\/Tag>/gs) ?? [];

/** Logged reasons of skips, with their versions. */
export const skippedIn = (pair: Pair): readonly { readonly versionId: string; readonly reason: string }[] =>
  pair.lines.flatMap((line) => (line['skipped'] as { versionId: string; reason: string }[] | undefined) ?? []);

/** Causes of the tasks that runs have left, in order. */
export const causesIn = (pair: Pair): readonly unknown[] =>
  pair.lines.filter(({ message }) => message === 'left to a task').map(({ cause }) => cause);

/** The version IDs of a key, newest first, with `m ` before those of delete markers. */
async function stackOf(bucket: TestBucket, key: string): Promise<readonly string[]> {
  const list = xmlOf(await bucket.must('GET', '', { query: { versions: '', prefix: key } }));
  return list.children
    .filter((entry) => textOf(entry, 'Key') === key)
    .map((entry) => `${entry.name === 'DeleteMarker' ? 'm ' : ''}${textOf(entry, 'VersionId')}`);
}

/** The same as letters: `v` for a version, `m` for a delete marker. */
export const shapeOf = async (bucket: TestBucket, key: string): Promise<string> =>
  (await stackOf(bucket, key)).map((entry) => (entry.startsWith('m ') ? 'm' : 'v')).join(' ');
