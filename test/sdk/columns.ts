import { createRequire } from 'node:module';
import { join } from 'node:path';

import COS from 'cos-nodejs-sdk-v5';

import { readReport } from './checks.ts';
import type { Cell, CheckId } from './checks.ts';
import { runChild } from './child.ts';
import type { Addressing, ClientConfig } from './client.ts';
import type { Installer } from './install.ts';
import { runChecks } from './javascript/checks.ts';
import { runInChromium } from './javascript/chromium.ts';
import { replayChecks } from './replay/checks.ts';
import type { HostForm } from './replay/replay.ts';
import { bucketHost } from './sdk-world.ts';

type Reports = readonly (readonly [CheckId, Cell])[];
type Run = (config: ClientConfig, signal: AbortSignal) => Promise<Reports>;

/** An SDK and how it reaches the API here. */
export interface Column {
  readonly id: string;
  readonly name: string;
  readonly kind: 'live' | 'replay';
  /** In the names of the recordings. */
  readonly recorded: string;
  readonly addressing: Addressing;
  /** Throws `MissingTool`, and an Error when a client cannot be installed. */
  readonly prepare: (installer: Installer) => Promise<Run>;
}

const BUCKET_HOST: Addressing = { text: 'bucket in the host', domain: bucketHost };
const BUCKET_HOST_BY_PROXY: Addressing = { text: 'bucket in the host, through a proxy', domain: bucketHost };
const BUCKET_PATH: Addressing = {
  text: 'bucket in the path, not signed',
  domain: (bucket, { tap }) => `127.0.0.1:${tap.port}/${bucket}`,
};
const KEY_ALONE: Addressing = {
  text: 'host and port, bucket by the key alone',
  domain: (_, { tap }) => `127.0.0.1:${tap.port}`,
};
const FUNCTION_URL: Addressing = {
  text: 'function URL, bucket by the key alone',
  domain: (_, { world }) => world.functionUrl,
};
const FUNCTION_URL_BY_PROXY: Addressing = {
  ...FUNCTION_URL,
  text: 'function URL through a proxy, bucket by the key alone',
};

async function collect(run: (onLine: (line: string) => void) => Promise<unknown>): Promise<Reports> {
  const reports: (readonly [CheckId, Cell])[] = [];
  await run((line) => {
    const report = readReport(line);
    if (report !== undefined) reports.push(report);
  });
  return reports;
}

function node(sdk: typeof COS, useProxy: boolean): Run {
  return (config) =>
    collect((onLine) =>
      runChecks(
        config,
        ({ secretId, secretKey, domain }) =>
          new sdk({
            SecretId: secretId,
            SecretKey: secretKey,
            Protocol: 'http:',
            Domain: domain,
            ...(useProxy ? { Proxy: config.endpoint } : {}),
          }),
        (check, outcome, detail) => onLine(JSON.stringify({ check, outcome, detail })),
      ),
    );
}

function program(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Run {
  return (config, signal) =>
    collect((onLine) =>
      runChild(command, [...args, JSON.stringify(config)], { cwd: import.meta.dirname, env, signal, onLine }),
    );
}

function replay(recorded: string, name: string, addressing: Addressing, hostForm: HostForm = 'as given'): Column {
  return {
    id: recorded,
    name,
    kind: 'replay',
    recorded,
    addressing,
    prepare: async () => (config) => replayChecks(recorded, hostForm, config),
  };
}

export const COLUMNS: readonly Column[] = [
  {
    id: 'node3',
    name: 'Node.js 3.0.0',
    kind: 'live',
    recorded: 'nodejs3',
    addressing: BUCKET_HOST_BY_PROXY,
    prepare: async () => node(COS, true),
  },
  {
    id: 'node2',
    name: 'Node.js 2.15.4',
    kind: 'live',
    recorded: 'nodejs2',
    addressing: BUCKET_PATH,
    prepare: async ({ javascript }) => {
      const load = createRequire(join(await javascript(), 'package.json'));
      return node(load('cos-nodejs-sdk-v5') as typeof COS, false);
    },
  },
  {
    id: 'js',
    name: 'JavaScript 1.10.1 in Chromium',
    kind: 'live',
    recorded: 'js',
    addressing: BUCKET_HOST,
    prepare: async ({ javascript }) => {
      const sdk = join(await javascript(), 'node_modules', 'cos-js-sdk-v5', 'dist', 'cos-js-sdk-v5.js');
      return (config, signal) =>
        collect(async (onLine) => (await runInChromium(sdk, config, signal)).forEach((line) => onLine(line)));
    },
  },
  {
    id: 'python',
    name: 'Python 1.9.44',
    kind: 'live',
    recorded: 'python',
    addressing: KEY_ALONE,
    prepare: async ({ python }) =>
      program('python3', ['python/check.py'], { PYTHONPATH: await python(), PYTHONDONTWRITEBYTECODE: '1' }),
  },
  {
    id: 'go',
    name: 'Go 0.7.75',
    kind: 'live',
    recorded: 'go',
    addressing: BUCKET_HOST_BY_PROXY,
    prepare: async ({ go }) => program(await go(), []),
  },
  {
    id: 'java',
    name: 'Java 5.6.265',
    kind: 'live',
    recorded: 'java',
    addressing: FUNCTION_URL_BY_PROXY,
    prepare: async ({ java }) => program('java', ['-Dfile.encoding=UTF-8', '-cp', await java(), 'Check']),
  },
  replay('c', 'C 5.0.24', KEY_ALONE),
  replay('cpp', 'C++ 5.5.22', BUCKET_HOST),
  replay('dotnet', '.NET 5.4.47', FUNCTION_URL),
  replay('php', 'PHP 2.6.16', FUNCTION_URL),
  replay('android', 'Android 5.9.51', KEY_ALONE, 'without port'),
  replay('ios', 'iOS 6.5.5', KEY_ALONE, 'signed without port'),
];
