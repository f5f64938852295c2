import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runChild } from './child.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Clients are kept outside the tree, so that a second run finds them. */
function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(base, 'cos-replication-sdk');
}

interface Installation {
  readonly name: string;
  /** Files below this folder. Their content decides whether an earlier installation still fits. */
  readonly files: readonly string[];
  /** Versions of tools and the like, which decide as well. */
  readonly with?: string;
  /** Fills `folder`, which has the files already. */
  readonly install: (folder: string) => Promise<void>;
}

/** The folder of an installation, made first when it is missing. It appears complete or not at all. */
async function installed({ name, files, with: more = '', install }: Installation): Promise<string> {
  const paths = files.map((file) => join(HERE, file));
  const hash = createHash('sha256').update(more);
  for (const path of paths) hash.update(await readFile(path));
  const cache = cacheFolder();
  const folder = join(cache, `${name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, 'draft-'));
  try {
    for (const path of paths) await copyFile(path, join(draft, basename(path)));
    await install(draft);
    await rename(draft, folder).catch((error: NodeJS.ErrnoException) => {
      // Another run was faster with the same installation.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}

export interface Installer {
  /** The folder whose node_modules has the Node.js 2 and the browser SDK. */
  readonly javascript: () => Promise<string>;
  /** The path for PYTHONPATH. */
  readonly python: () => Promise<string>;
  /** The path of the program. */
  readonly go: () => Promise<string>;
  /** The class path. */
  readonly java: () => Promise<string>;
}

export function createInstaller(signal: AbortSignal): Installer {
  const run = (command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}) =>
    runChild(command, args, { cwd, env, signal });
  const version = async (command: string, args: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await run(command, args, HERE);
    return stdout + stderr;
  };
  const once = (install: () => Promise<string>): (() => Promise<string>) => {
    let folder: Promise<string> | undefined;
    return () => (folder ??= install());
  };
  return {
    javascript: once(() =>
      installed({
        name: 'javascript',
        files: ['javascript/package.json', 'javascript/package-lock.json'],
        install: async (folder) => {
          // Without this, an npm that an npm script has started takes the project for its folder.
          const args = ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
          await run('npm', args, folder);
        },
      }),
    ),
    python: once(async () =>
      installed({
        name: 'python',
        files: ['python/requirements.txt'],
        with: await version('python3', ['--version']),
        install: async (folder) => {
          const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--root-user-action=ignore'];
          const args = ['-m', 'pip', 'install', ...quiet, '--target', '.', '--requirement', 'requirements.txt'];
          await run('python3', args, folder);
        },
      }),
    ),
    go: once(async () => {
      const folder = await installed({
        name: 'go',
        files: ['go/go.mod', 'go/go.sum', 'go/main.go'],
        with: await version('go', ['version']),
        install: async (folder) => {
          await run('go', ['build', '-mod=readonly', '-o', 'check', '.'], folder, {
            GOTOOLCHAIN: 'local',
            GOWORK: 'off',
          });
        },
      });
      return join(folder, 'check');
    }),
    java: once(async () => {
      const folder = await installed({
        name: 'java',
        files: ['java/pom.xml', 'java/Check.java'],
        with: await version('javac', ['-version']),
        install: async (folder) => {
          const args = ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib', '-DincludeScope=runtime'];
          await run('mvn', args, folder);
          await run('javac', ['-encoding', 'UTF-8', '-cp', 'lib/*', '-d', 'classes', 'Check.java'], folder);
        },
      });
      return [join(folder, 'classes'), join(folder, 'lib', '*')].join(':');
    }),
  };
}
