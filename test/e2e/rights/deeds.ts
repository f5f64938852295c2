import { formatPlace } from '../../../shared/cos/index.ts';
import { PairStore } from '../../../shared/scan/store.ts';
import { waitingName } from '../../../shared/tasks/names.ts';
import { plain } from '../../cloud/tests/cos/setup.ts';
import { rulesOf } from './rules.ts';
import { BACKUP, PAIR, SOURCE, STATE, type RightsWorld } from './rights-world.ts';

const GB = 2 ** 30;
const DAY = 24 * 3_600_000;
/** Failed tasks from which on a destination is crowded, and failures in a row from which on a pair is behind. */
const CROWD = 1000;
const IN_A_ROW = 20;
const AT = [SOURCE.bucket, SOURCE.region] as const;

/** A user's upload of zeros, so large that it must be made in parts. Returns its version ID. */
export function uploadLarge({ cloud }: RightsWorld, key: string): string | undefined {
  const context = { requestId: 'user' };
  const uploadId = cloud.core.initiateMultipart(...AT, key, plain, context);
  const parts = [1, 2].map((partNumber) => {
    const etag = cloud.core.uploadPart(...AT, key, { uploadId, partNumber, blob: cloud.blobs.zeros(3 * GB) });
    return { partNumber, etag };
  });
  return cloud.core.completeMultipart(...AT, key, { uploadId, parts }, context).versionId;
}

/** The same without its event, so only a scan finds it. */
export async function uploadUnnoticed(world: RightsWorld, key: string): Promise<void> {
  world.cloud.faults.set([
    { match: { bucket: SOURCE.bucket, event: 'cos:ObjectCreated:*' }, effect: { kind: 'lose' } },
  ]);
  uploadLarge(world, key);
  await world.idle();
  world.cloud.faults.set([]);
}

/** A user's writes below a path: headers, tags, a grant, an older version, a delete marker, a late tag. */
export async function use(world: RightsWorld, name: string): Promise<void> {
  const { sdk, source, put } = world;
  await put(`all/${name}/plain`);
  await put(`all/${name}/plain`, 'newer');
  await put(`all/${name}/tagged`, 'text', { 'x-cos-tagging': 'a=b' });
  await put(`all/${name}/untagged`, 'text', { 'x-cos-tagging': 'a=b' });
  await put(`all/${name}/open`, 'text', { 'x-cos-acl': 'public-read' });
  await sdk.deleteObject({ ...source, Key: `all/${name}/plain` });
  const { VersionId } = await put(`picked/${name}`, 'older');
  await put(`picked/${name}`, 'newer', { 'x-cos-tagging': 'a=b' });
  await world.idle();
  // The older version comes into the rule's scope after the newer one was copied.
  await sdk.putObjectTagging({
    ...source,
    Key: `picked/${name}`,
    VersionId,
    Tags: [{ Key: 'a', Value: 'b' }],
  } as never);
}

/** Makes changes that send no event. */
export async function changeProperties({ sdk, source }: RightsWorld, name: string): Promise<void> {
  await sdk.putObjectTagging({ ...source, Key: `all/${name}/tagged`, Tags: [{ Key: 'c', Value: 'd' }] });
  await sdk.deleteObjectTagging({ ...source, Key: `all/${name}/untagged` });
  await sdk.putObjectAcl({ ...source, Key: `all/${name}/open`, ACL: 'private' });
}

/** Fires the timer until the scan of the pair has ended. */
export async function endScan(world: RightsWorld): Promise<void> {
  const store = new PairStore(world.state, PAIR);
  for (let minutes = 0; (await store.scan())?.state !== 'ended'; minutes += 1) {
    if (minutes > 10) throw new Error('The scan does not end.');
    await world.minute();
  }
}

/** Makes the scan an ended one. By itself it would wait a minute until listings have settled. */
export async function haveScanEnded({ state }: RightsWorld): Promise<void> {
  const store = new PairStore(state, PAIR);
  const scan = await store.scan();
  if (scan === undefined) throw new Error('There is no scan.');
  await store.putScan({ ...scan, state: 'ended', ended: state.now(), base: scan.id });
}

/** Removes the findings of runs, so that later runs make them again. */
export function forget({ cloud }: RightsWorld, prefix: string): void {
  const at = [STATE.bucket, STATE.region] as const;
  for (const { key } of cloud.core.listObjects(...at, { prefix }).entries)
    cloud.core.deleteObject(...at, key, undefined, { requestId: 'root' });
}

/** Copies in parts that a failure stops: one continues, one is aborted because its version was removed. */
export async function holdUpParts(world: RightsWorld): Promise<void> {
  const { cloud, call, idle } = world;
  cloud.faults.set([
    {
      match: { bucket: BACKUP.bucket, action: 'UploadPartCopy' },
      effect: { kind: 'error', status: 503, code: 'SlowDown' },
      skip: 1,
    },
  ]);
  uploadLarge(world, 'all/resumed');
  const dropped = uploadLarge(world, 'all/dropped');
  await idle();
  cloud.faults.set([]);
  cloud.core.deleteObject(...AT, 'all/dropped', dropped, { requestId: 'user' });
  await idle();
  await call('POST', 'replicationReattempt');
  await idle();
}

/** A destination that refuses everything, until its work is left to a scan. */
export async function crowd(world: RightsWorld): Promise<void> {
  const { cloud, state } = world;
  const nothing = cloud.blobs.fromBytes(Buffer.from('{}'));
  for (let n = 0; n < CROWD; n += 1) {
    const digest = n.toString(16).padStart(32, '0');
    const name = waitingName(formatPlace(BACKUP), state.now() + DAY, { digest, content: '0', kind: 'failed' });
    cloud.core.putObject(STATE.bucket, STATE.region, name, nothing, plain, { requestId: 'root' });
  }
  const refusal = { kind: 'error', status: 403, code: 'AccessDenied' } as const;
  cloud.faults.set([{ match: { bucket: BACKUP.bucket }, effect: refusal }]);
  await world.minute();
  for (let n = 0; n < IN_A_ROW; n += 1) {
    await world.put(`all/failing/${n}`);
    await world.idle();
  }
  cloud.faults.set([]);
}

export const setRules = (world: RightsWorld, which: Parameters<typeof rulesOf>[0]): Promise<void> =>
  world.call('PUT', 'replication', rulesOf(which));
