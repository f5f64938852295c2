import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createKeyStore } from '../../../shared/access/index.ts';
import { createCosClient } from '../../../shared/cos/index.ts';
import { bundleFunction } from '../../../shared/deploy/functions/bundle.ts';
import { startCloud } from '../../cloud/index.ts';
import { startInstance } from '../../cloud/scf/instance.ts';
import type { Outcome } from '../../cloud/scf/instance.ts';
import { PAIR, SOURCE, STATE, signCall, urlEvent } from './bench.ts';
import type { Call } from './bench.ts';

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const BACKUP = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
const TIME_LIMIT = 30_000;

/** The API function in its deployed form, on a local cloud with a source and a destination. */
export interface Deployed {
  /** Has the bundle in `api/index.js`, and room for other files. */
  readonly folder: string;
  /** Bytes of the bundle. */
  readonly size: number;
  readonly environment: Readonly<Record<string, string>>;
  /** A process of the function with this many MB, as the platform starts it. It is ended when it takes more. */
  start(memorySize: number): Process;
  close(): Promise<void>;
}

export interface Process {
  /** Signs a call and sends it through the function's URL. */
  call(call: Call): Promise<Answered>;
  readonly alive: boolean;
  kill(): void;
}

export interface Answered extends Outcome {
  /** Undefined when the process did not answer. */
  readonly answer: { readonly statusCode: number; readonly body: string } | undefined;
}

export async function deployApi(): Promise<Deployed> {
  const folder = await mkdtemp(join(tmpdir(), 'api-'));
  const cloud = await startCloud();
  const user = createCosClient({ credentials: () => cloud, endpoint: cloud.endpoint });
  const { size } = await bundleFunction('api', { root: ROOT, output: folder, runtime: 'Nodejs20.19' });
  cloud.core.createBucket(STATE.bucket, STATE.region);
  for (const { bucket, region } of [SOURCE, BACKUP]) {
    cloud.core.createBucket(bucket, region);
    cloud.core.putVersioning(bucket, region, 'Enabled');
  }
  const keys = createKeyStore({ cos: user, state: STATE, now: Date.now, random: () => new Uint8Array() });
  await keys.add({ buckets: [], rights: ['read', 'write'], pair: PAIR });
  const environment = {
    STATE_BUCKET: STATE.bucket,
    TENCENTCLOUD_REGION: STATE.region,
    SOURCES: `${SOURCE.bucket}@${SOURCE.region}`,
    DESTINATIONS: `${BACKUP.bucket}@${BACKUP.region}`,
    COS_ENDPOINT: cloud.endpoint,
    TENCENTCLOUD_SECRETID: cloud.secretId,
    TENCENTCLOUD_SECRETKEY: cloud.secretKey,
  };
  return {
    folder,
    size,
    environment,
    start: (memorySize) => startProcess(folder, memorySize, environment),
    close: async () => {
      user.close();
      await cloud.close();
      await rm(folder, { recursive: true });
    },
  };
}

function startProcess(folder: string, memorySize: number, environment: Readonly<Record<string, string>>): Process {
  const instance = startInstance({
    folder: join(folder, 'api'),
    scratch: folder,
    handler: 'index.main_handler',
    memorySize,
    initTimeoutMs: TIME_LIMIT,
    environment,
  });
  let count = 0;
  return {
    call: async (call) => {
      const requestId = `call-${(count += 1)}`;
      const outcome = await instance.run({
        requestId,
        event: JSON.stringify(urlEvent(signCall(call, Date.now()))),
        context: { request_id: requestId, time_limit_in_ms: TIME_LIMIT },
        environment: {},
        timeoutMs: TIME_LIMIT,
      });
      return { ...outcome, answer: outcome.kind === 'returned' ? JSON.parse(outcome.result) : undefined };
    },
    get alive() {
      return instance.alive;
    },
    kill: () => {
      instance.kill();
    },
  };
}
