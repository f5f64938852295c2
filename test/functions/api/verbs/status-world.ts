import { createHash } from 'node:crypto';

import { afterEach, beforeEach, expect } from 'vitest';

import { objectStatus } from '../../../../functions/api/schemas.ts';
import type { DestinationStatus, ObjectStatus } from '../../../../functions/api/schemas.ts';
import { nodeHash } from '../../../../shared/cos/index.ts';
import type { Place } from '../../../../shared/cos/index.ts';
import { attemptId, createKeyring, refOf, signerFor, writeMarker } from '../../../../shared/identity/index.ts';
import type { Marker } from '../../../../shared/identity/index.ts';
import { SOURCE, STATE } from '../bench.ts';
import { BACKUP, createWorld } from '../../../deployment/over-http.ts';
import type { World } from '../../../deployment/over-http.ts';

/** The world of the current test. */
export let world: World;

/** Gives each test of the file a world of its own. */
export function useWorld(): void {
  beforeEach(async () => {
    world = await createWorld();
  });

  afterEach(async () => {
    await world.close();
  });
}

/** `received`: the source is also a destination of others. */
export async function replaceWorld(received: boolean): Promise<void> {
  await world.close();
  world = await createWorld({}, received);
}

export async function statusOf(key: string, versionId?: string): Promise<ObjectStatus> {
  const query = versionId === undefined ? [] : [['versionId', versionId] as const];
  const { json } = await world.ask('GET', 'replicationStatus', { path: `/${key}`, query });
  return objectStatus.parse(json);
}

export async function only(key: string, versionId?: string): Promise<DestinationStatus> {
  const { destinations } = await statusOf(key, versionId);
  expect(destinations).toHaveLength(1);
  return destinations[0] as DestinationStatus;
}

/** Writes a version under a customer's key. */
export async function putSealed({ bucket, region }: Place, key: string): Promise<void> {
  const customerKey = Buffer.alloc(32, 7);
  const name = 'x-cos-server-side-encryption-customer';
  await world.sdk.putObject({
    Bucket: bucket,
    Region: region,
    Key: key,
    Body: 'sealed',
    Headers: {
      [`${name}-algorithm`]: 'AES256',
      [`${name}-key`]: customerKey.toString('base64'),
      [`${name}-key-MD5`]: createHash('md5').update(customerKey).digest('base64'),
    },
  });
}

export const put = async (key: string, text: string) =>
  (await world.user.putObject(SOURCE, key, Buffer.from(text))).versionId ?? '';

export const OF_BACKUP = 'MTg0NDUwMTY1NDI4NDM1NTE2MTU';

/** The replication marker that a peer would write on a replica at the source. */
export async function signed(key: string): Promise<Record<string, string>> {
  const now = Date.now;
  const keys = createKeyring({ cos: world.user, state: STATE, others: [], hash: nodeHash, now });
  const attempted = Math.floor(now() / 1000) * 1000;
  const marker: Marker = {
    source: BACKUP,
    ref: refOf(OF_BACKUP, 0, ''),
    base: undefined,
    proof: { by: 'size', value: '1' },
    named: true,
    attempted,
    id: attemptId(attempted, true, 'abc'),
  };
  return writeMarker({}, marker, signerFor(await keys.newest(), nodeHash, SOURCE, key));
}

export async function putMarked(meta: Readonly<Record<string, string>>): Promise<void> {
  await world.sdk.putObject({
    Bucket: SOURCE.bucket,
    Region: SOURCE.region,
    Key: 'a',
    Body: 'x',
    Headers: Object.fromEntries(Object.entries(meta).map(([name, value]) => [`x-cos-meta-${name}`, value])),
  });
}
