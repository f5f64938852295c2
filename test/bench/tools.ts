import { SOURCE } from '../deployment/index.ts';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

import { hostOf } from '../../shared/cos/index.ts';
import { OTHERS } from './site.ts';
import type { Site } from './site.ts';

const COSCMD = 'coscmd==1.9.0.6';
const PATIENCE_MS = 120_000;

/** The cloud that a tool works on, and a folder for its files. */
type Ground = Pick<Site, 'cloud' | 'folder'>;

/** A command-line tool with which people copy buckets. */
export interface Tool {
  readonly name: string;
  /** Copies all objects under the prefix; returns µs of CPU. Throws when the tool fails. */
  copy(site: Ground, prefix: string): Promise<number>;
  /**
   * Copies missing objects only, by name and size alone where the tool can; returns µs of CPU. Throws when the tool
   * fails.
   */
  sync(site: Ground, prefix: string): Promise<number>;
}

export type Found = { readonly tool: Tool } | { readonly name: string; readonly missing: string };

/** Each tool, or why it is missing. */
export async function findTools(): Promise<readonly Found[]> {
  return [await found('coscmd', findCoscmd), await found('coscli', findCoscli)];
}

async function found(name: string, find: () => Promise<Tool>): Promise<Found> {
  try {
    return { tool: await find() };
  } catch (error) {
    return { name, missing: String(error instanceof Error ? error.message : error).split('\n')[0] ?? '' };
  }
}

/** Installed once from PyPI into a folder of its own. */
async function findCoscmd(): Promise<Tool> {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(base, 'cos-replication-bench', COSCMD);
  const program = join(folder, 'bin', 'coscmd');
  if (!existsSync(program)) {
    await mkdir(folder, { recursive: true });
    await run('python3', ['-m', 'venv', folder], process.env);
    await run(join(folder, 'bin', 'pip'), ['install', '--quiet', COSCMD], process.env);
  }
  const copy = async (site: Ground, prefix: string, how: readonly string[]): Promise<number> => {
    const files = ['-c', join(site.folder, 'coscmd.conf'), '-l', join(site.folder, 'coscmd.log')];
    const { secretId, secretKey } = site.cloud;
    const place = ['-b', OTHERS.bucket, '-r', OTHERS.region];
    const config = [...files, 'config', '-a', secretId, '-s', secretKey, ...place, '--do-not-use-ssl'];
    await run(program, config, throughProxy(site));
    const args = [...files, 'copy', '-r', ...how, `${hostOf(SOURCE)}/${prefix}`, `/${prefix}`];
    return run(program, args, throughProxy(site));
  };
  return {
    name: 'coscmd',
    copy: (site, prefix) => copy(site, prefix, []),
    sync: (site, prefix) => copy(site, prefix, ['-s', '--skipmd5']),
  };
}

/** Only if it is installed, because the Go module proxy does not have it. */
function findCoscli(): Promise<Tool> {
  const folder = (process.env['PATH'] ?? '').split(delimiter).find((one) => existsSync(join(one, 'coscli')));
  if (folder === undefined) return Promise.reject(new Error('there is no coscli on the PATH'));
  const program = join(folder, 'coscli');
  const sync = (site: Ground, prefix: string): Promise<number> => {
    const { secretId, secretKey } = site.cloud;
    const access = ['-i', secretId, '-k', secretKey, '-e', `cos.${SOURCE.region}.myqcloud.com`, '-p', 'http'];
    const from = `cos://${SOURCE.bucket}/${prefix}`;
    const args = ['sync', from, `cos://${OTHERS.bucket}/${prefix}`, '-r', '--init-skip', ...access];
    return run(program, args, throughProxy(site));
  };
  return Promise.resolve({ name: 'coscli', copy: sync, sync });
}

const throughProxy = (site: Ground): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: site.folder,
  http_proxy: site.cloud.endpoint,
  HTTP_PROXY: site.cloud.endpoint,
});

/** Runs a program and returns its µs of CPU, those of its children included. */
function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const script = 'TIMEFORMAT="cpu %U %S"; time "$@"';
    const child = spawn('bash', ['-c', script, 'bash', program, ...args], { env, timeout: PATIENCE_MS });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
    child.once('error', reject);
    child.once('close', (status) => {
      const [, user, system] = /cpu ([\d.]+) ([\d.]+)\s*$/.exec(output) ?? [];
      if (status === 0) resolve((Number(user) + Number(system)) * 1e6);
      else reject(new Error(`${program} ${args.at(-2) ?? ''}: status ${status}: ${output.trim().split('\n').at(-2)}`));
    });
  });
}
