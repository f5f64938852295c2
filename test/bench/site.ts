import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { createCosClient, hostOf } from '../../shared/cos/index.ts';
import type { Place } from '../../shared/cos/index.ts';
import { bundleFunction } from '../../shared/deploy/functions/bundle.ts';
import { ensureMarkerKey } from '../../shared/identity/index.ts';
import { createRuleStore } from '../../shared/rules/index.ts';
import type { Rule } from '../../shared/rules/index.ts';
import { BACKUP, plain, SOURCE, STATE, stored } from '../deployment/index.ts';
import { startCloud } from '../cloud/index.ts';
import type { LocalCloud } from '../cloud/index.ts';
import { cosEvent } from '../cloud/scf/cos-event.ts';
import type { Told } from './programs/told.ts';
import { environmentOf } from './environment.ts';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PROGRAMS = ['function', 'bare', 'sdk'] as const;
type Program = (typeof PROGRAMS)[number];

/** The destination of the other programs. */
export const OTHERS: Place = { bucket: 'others-1250000000', region: 'ap-shanghai' };
const TARGET = { region: SOURCE.region, namespace: 'default', name: 'replicate', qualifier: '$LATEST' };

/** A write of a user: its key and its event. */
export interface Written {
  readonly key: string;
  readonly event: unknown;
}

/** Requests by the name of their call, such as `CopyObject`, since the last `forget`. */
export type Requests = ReadonlyMap<string, number>;

/** A local cloud with the function `replicate` bundled as deployed, and the programs that it is compared with. */
export interface Site {
  readonly cloud: LocalCloud;
  readonly requests: Requests;
  /** How many of them read the rules. */
  readsOfRules(): number;
  forget(): void;
  /** Writes this many objects of 10 KB. */
  upload(count: number, prefix: string): readonly Written[];
  /** Writes at the source since the last call, as events. */
  takeEvents(): readonly Written[];
  /**
   * Runs a program in a process of its own on those objects. Throws with its stderr when it fails, and when an object
   * is missing at the other side afterwards.
   */
  run(program: Program, written: readonly Written[]): Promise<Told>;
  readonly environment: NodeJS.ProcessEnv;
  readonly folder: string;
  close(): Promise<void>;
}

/** `telling`: a 404 of the destination names a delete marker, which the first run finds out. */
export async function openSite(rules: readonly Rule[], { telling = false } = {}): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const cloud = await startCloud({ switches: { markerOn404: telling } });
  const counted = countRequests(cloud);
  const events: Written[] = [];
  cloud.core.createBucket(STATE.bucket, STATE.region);
  for (const { bucket, region } of [SOURCE, BACKUP, OTHERS]) {
    cloud.core.createBucket(bucket, region);
    cloud.core.putVersioning(bucket, region, 'Enabled');
  }
  cloud.core.onEvent((event) => {
    if (event.bucket === SOURCE.bucket) {
      events.push({ key: event.key, event: cosEvent(event, TARGET, cloud.core.switches) });
    }
  });
  const user = createCosClient({ credentials: () => cloud, endpoint: cloud.endpoint });
  const ruleSet = { source: SOURCE, role: 'qcs::cam::uin/1:uin/1', rules, created: 0 };
  await createRuleStore({ cos: user, state: STATE, now: Date.now }).put(stored(ruleSet));
  // As a deployment does.
  await ensureMarkerKey({ cos: user, state: STATE, random: randomBytes });
  user.close();
  await bundleFunction('replicate', { root: ROOT, output: folder, runtime: 'Nodejs20.19' });
  await bundlePrograms(folder, PROGRAMS);
  const environment = environmentOf(cloud);
  const body = cloud.blobs.fromBytes(Buffer.alloc(10_000, 'x'));
  const takeEvents = (): readonly Written[] => events.splice(0);
  let files = 0;
  return {
    cloud,
    ...counted,
    folder,
    environment,
    takeEvents,
    upload: (count, prefix) => {
      for (let i = 0; i < count; i += 1) {
        cloud.core.putObject(SOURCE.bucket, SOURCE.region, `${prefix}${i}`, body, plain(), { requestId: 'user' });
      }
      return takeEvents();
    },
    run: async (program, written) => {
      const file = join(folder, `objects-${(files += 1)}.json`);
      await writeFile(file, JSON.stringify(written));
      const args = {
        function: [join(folder, 'replicate', 'index.js'), file],
        bare: [file, hostOf(SOURCE), hostOf(OTHERS)],
        sdk: [file, hostOf(SOURCE), OTHERS.bucket, OTHERS.region],
      }[program];
      const told = JSON.parse(await runNode([join(folder, `${program}.cjs`), ...args], environment)) as Told;
      const { bucket, region } = program === 'function' ? BACKUP : OTHERS;
      const lacking = written.filter(
        ({ key }) => cloud.core.listVersions(bucket, region, { prefix: key, maxKeys: 1 }).entries.length === 0,
      );
      if (lacking.length > 0) throw new Error(`${program} did not copy ${lacking.length} of ${written.length} objects`);
      return told;
    },
    close: async () => {
      await cloud.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Counts where the cloud looks for faults, which happens once for each request. */
function countRequests(cloud: LocalCloud): Pick<Site, 'requests' | 'readsOfRules'> & { forget(): void } {
  const requests = new Map<string, number>();
  let readsOfRules = 0;
  const onRequest = cloud.faults.onRequest.bind(cloud.faults);
  cloud.faults.onRequest = (info) => {
    if (info.service === 'cos') requests.set(info.action, (requests.get(info.action) ?? 0) + 1);
    if (info.action === 'GetObject' && info.bucket === STATE.bucket && info.key?.startsWith('rules/')) {
      readsOfRules += 1;
    }
    return onRequest(info);
  };
  return {
    requests,
    readsOfRules: () => readsOfRules,
    forget() {
      requests.clear();
      readsOfRules = 0;
    },
  };
}

/** Bundles programs of the folder `programs` as `NAME.cjs`. */
export async function bundlePrograms(folder: string, names: readonly string[]): Promise<void> {
  await build({
    entryPoints: names.map((name) => join(ROOT, 'test', 'bench', 'programs', `${name}.ts`)),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    logLevel: 'silent',
  });
}

/** The output of a Node process on stdout. */
export function runNode(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) resolve(output);
      else reject(new Error(`${args[0]} ended with status ${status}:\n${errors}`));
    });
  });
}
