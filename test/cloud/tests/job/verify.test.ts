import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type COS from 'cos-nodejs-sdk-v5';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startCloud, type LocalCloud } from '../../index.ts';
import { cosClient } from '../../job/clients.ts';
import { CARRIED } from '../../job/content.ts';
import { createObserver } from '../../job/observe.ts';
import { createReader, type Reader } from '../../job/reader.ts';
import { planStories } from '../../job/stories.ts';
import type { Written } from '../../job/types.ts';
import { upload } from '../../job/upload.ts';
import { compareContents, compareUpload } from '../../job/verify.ts';

/**
 * The judge of the main job is judged: both sides are filled by hand over HTTP, without any function, and a single
 * fault is planted. A judge that looked away would accept everything.
 */

const SOURCE = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
const DESTINATION = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
const SIDES = { source: SOURCE, destination: DESTINATION };
const signal = new AbortController().signal;

let folder: string;
let cloud: LocalCloud;
let cos: COS;
let reader: Reader;
let written: readonly Written[];

const at = (place: typeof SOURCE, key: string) => ({ Bucket: place.bucket, Region: place.region, Key: key });

async function open(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'verify-test-'));
  cloud = await startCloud();
  cos = cosClient(cloud);
  reader = createReader(cloud);
  for (const { bucket, region } of [SOURCE, DESTINATION]) {
    await cos.putBucket({ Bucket: bucket, Region: region });
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await cos.putBucketVersioning({ Bucket: bucket, Region: region, VersioningConfiguration });
  }
  const files = [];
  for (let n = 0; n < 45; n += 1) {
    const path = join(folder, `f${n}.txt`);
    await writeFile(path, `content of ${n} `.repeat(n + 1));
    files.push({ path, key: `f${n}.txt`, size: 0 });
  }
  written = await upload(cos, SOURCE, planStories(files), { signal, onProgress: () => undefined });
}

async function close(): Promise<void> {
  reader.close();
  await cloud.close();
  await rm(folder, { recursive: true });
}

/** Each test begins with the uploads at the source and nothing at the destination. */
function emptyDestination(): void {
  const { bucket, region } = DESTINATION;
  for (const { key, versionId } of cloud.core.listVersions(bucket, region, {}).entries)
    cloud.core.deleteObject(bucket, region, key, versionId, { requestId: 'test' });
  expect(cloud.core.listVersions(bucket, region, {}).entries).toEqual([]);
}

/** The work of the service in the plainest way: everything in the given order. `spoil` may change a request. */
async function replicateByHand(
  entries: readonly Written[],
  spoil: (key: string, headers: Record<string, string>) => void = () => undefined,
): Promise<void> {
  for (const entry of entries) {
    if (entry.deleteMarker) {
      await cos.deleteObject(at(DESTINATION, entry.key));
      continue;
    }
    const seen = await reader.get(SOURCE, entry.key, entry.versionId);
    const headers: Record<string, string> = {
      'x-cos-metadata-directive': 'Replaced',
      'x-cos-meta-replication-source': `${SOURCE.region}/${SOURCE.bucket}/${entry.versionId}`,
    };
    for (const [name, value] of Object.entries(seen.headers)) {
      if (CARRIED.includes(name) || /^x-cos-(meta-.*|storage-class)$/.test(name)) headers[name] = value;
    }
    spoil(entry.key, headers);
    const path = entry.key.split('/').map(encodeURIComponent).join('/');
    const { bucket, region } = SOURCE;
    await cos.putObjectCopy({
      ...at(DESTINATION, entry.key),
      CopySource: `${bucket}.cos.${region}.myqcloud.com/${path}?versionId=${entry.versionId}`,
      Headers: headers,
    });
  }
}

async function judge(): Promise<string[]> {
  const observation = await createObserver(reader, SIDES, () => undefined)(signal);
  const contents = await compareContents(reader, SIDES, observation.pairs, { signal, onProgress: () => undefined });
  const all = [...compareUpload(written, observation.source), ...observation.mismatches, ...contents];
  return all.map(({ key, what }) => `${key}: ${what}`);
}

const of = (key: string): Written => {
  const entry = written.find((one) => one.key === key);
  if (entry === undefined) throw new Error(`${key} was not written`);
  return entry;
};

async function remove(place: typeof SOURCE, key: string, versionId: string | undefined): Promise<void> {
  if (!versionId) throw new Error(`${key} has no version to remove`);
  await cos.deleteObject({ ...at(place, key), VersionId: versionId } as COS.DeleteObjectParams);
}

describe('the judge of the main job', () => {
  beforeAll(open);
  afterAll(close);
  beforeEach(emptyDestination);

  it('finds nothing wrong where everything is right', async () => {
    await replicateByHand(written);
    expect(written.some(({ deleteMarker }) => deleteMarker)).toBe(true);
    expect(await judge()).toEqual([]);
  });

  it('notices a missing replica', async () => {
    await replicateByHand(written.filter((entry) => entry !== of('f2.txt')));
    expect(await judge()).toEqual(['f2.txt: no replica']);
  });

  it('notices a second replica', async () => {
    await replicateByHand([...written, of('f2.txt')]);
    expect(await judge()).toEqual(expect.arrayContaining(['f2.txt: a second replica of the same version']));
  });

  it('notices replicas in another order', async () => {
    await replicateByHand(written.toReversed());
    expect(await judge()).toEqual(
      expect.arrayContaining([expect.stringMatching(/: the replicas stand in another order/)]),
    );
  });

  it('notices lost metadata, another class and other bytes', async () => {
    await replicateByHand(written, (key, headers) => {
      if (key === 'f2.txt') delete headers['x-cos-meta-round'];
      if (key === 'f5.txt') headers['x-cos-storage-class'] = 'STANDARD_IA';
    });
    const replica = await cos.headObject(at(DESTINATION, 'f3.txt'));
    await remove(DESTINATION, 'f3.txt', replica.headers?.['x-cos-version-id'] as string | undefined);
    const marker = `${SOURCE.region}/${SOURCE.bucket}/${of('f3.txt').versionId}`;
    await cos.putObject({
      ...at(DESTINATION, 'f3.txt'),
      Body: 'x',
      Headers: { 'x-cos-meta-replication-source': marker },
    });
    const found = await judge();
    expect(found).toContainEqual(expect.stringMatching(/^f2\.txt: user metadata /));
    expect(found).toContainEqual(expect.stringMatching(/^f3\.txt: \d+ bytes became 1$/));
    expect(found).toContainEqual('f5.txt: storage class STANDARD became STANDARD_IA');
  });

  it('notices a replica that cannot be read', async () => {
    await replicateByHand(written, (key, headers) => {
      if (key === 'f2.txt') headers['x-cos-storage-class'] = 'ARCHIVE';
    });
    expect(await judge()).toEqual([expect.stringMatching(/^f2\.txt: cannot be read: .*InvalidObjectState/)]);
  });
});

describe('the judge of the main job without uploads', () => {
  beforeAll(open);
  afterAll(close);

  it('notices two empty buckets', async () => {
    for (const { key, versionId } of written) await remove(SOURCE, key, versionId);
    expect(await judge()).toContain('f2.txt: the source does not hold the uploads');
  });
});
