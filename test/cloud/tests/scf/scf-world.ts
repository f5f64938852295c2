import { strToU8, zipSync } from 'fflate';
import { onTestFinished } from 'vitest';
import { createBlobStore, createCore } from '../../cos/index.ts';
import type { Attributes } from '../../cos/index.ts';
import { createCam, createScf } from '../../scf/index.ts';
import type { Cam, FunctionConfig, FunctionId, Scf, ScfOptions } from '../../scf/index.ts';
import type { KeyPair } from '../../types.ts';

export const APPID = '1250000000';
export const UIN = '100000000001';
export const REGION = 'ap-guangzhou';
export const BUCKET = `photos-${APPID}`;
export const ROOT: KeyPair = {
  secretId: 'AKIDROOT',
  secretKey: 'root-secret',
  principal: { kind: 'root', uin: UIN },
};

/** Lets functions take a role. */
export const TRUST = JSON.stringify({
  version: '2.0',
  statement: [{ effect: 'allow', action: 'name/sts:AssumeRole', principal: { service: 'scf.qcloud.com' } }],
});

const PLAIN: Attributes = {
  headers: { 'content-type': 'text/plain' },
  meta: {},
  storageClass: 'STANDARD',
  tags: [],
  acl: { canned: 'default', grants: [] },
  encryption: undefined,
};

/** Numbers that look random and are the same in every run. */
export function fixedRandom(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** A clock that stops until it is moved. */
export function fixedClock(start = Date.UTC(2026, 0, 31, 0, 0, 0)) {
  let time = start;
  return {
    now: () => time,
    advance(ms: number) {
      time += ms;
    },
  };
}

/** The zip of a function with this index.js. */
export function zipOf(source: string, more: Record<string, string> = {}): Uint8Array {
  const files = { 'package.json': '{"type":"commonjs"}', 'index.js': source, ...more };
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));
}

export function functionNamed(name: string, region = REGION): FunctionId {
  return { region, namespace: 'default', name };
}

export function createAccount(now: () => number): Cam {
  return createCam({ appid: APPID, uin: UIN, root: ROOT, now, random: fixedRandom() });
}

/** A platform with one bucket; closed at the end of the test. */
export function createPlatform(options: Partial<ScfOptions> = {}) {
  const now = options.now ?? Date.now;
  const random = fixedRandom();
  const core = createCore({ now, random });
  const blobs = createBlobStore();
  const cam = createAccount(now);
  const scf = createScf({
    appid: APPID,
    uin: UIN,
    core,
    cam,
    now,
    random,
    retryDelayMs: 1,
    transitionMs: 0,
    timerScale: 0,
    ...options,
  });
  onTestFinished(async () => {
    await scf.close();
    await blobs.close();
  });
  core.createBucket(BUCKET, REGION);
  const put = (key: string, bytes: Uint8Array = strToU8(`bytes of ${key}`)) =>
    core.putObject(BUCKET, REGION, key, blobs.fromBytes(bytes), PLAIN, { requestId: 'request' });
  return { core, cam, scf, put };
}

/** Deploys index.js as a function and returns its ID. */
export async function deploy(
  scf: Scf,
  name: string,
  source: string,
  config: Partial<FunctionConfig> = {},
): Promise<FunctionId> {
  const id = functionNamed(name);
  await scf.createFunction(id, { runtime: 'Nodejs20.19', ...config }, { zip: zipOf(source) });
  return id;
}

/** A COS trigger on the bucket. */
export function cosTrigger(event: string, prefix = '', suffix = '') {
  return {
    type: 'cos',
    name: `${BUCKET}.cos.${REGION}.myqcloud.com`,
    description: JSON.stringify({ event, filter: { Prefix: prefix, Suffix: suffix } }),
  };
}
