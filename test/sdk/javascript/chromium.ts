import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { MissingTool, runChild } from '../child.ts';
import type { ClientConfig } from '../client.ts';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

const PAGE = `<!doctype html>
<meta charset="utf-8" />
<title>SDK check</title>
<script src="/sdk.js"></script>
<script type="module" src="/page.js"></script>
`;

/**
 * Runs the browser SDK, as published, on a page in Chromium. The page has an origin of its own, so the browser sends a
 * preflight before every call. The hosts of the buckets are mapped to `endpoint`. Returns the lines that the page
 * reports.
 */
export async function runInChromium(sdkFile: string, config: ClientConfig, signal: AbortSignal): Promise<string[]> {
  const profile = await mkdtemp(join(tmpdir(), 'cos-replication-chromium-'));
  const page = await servePage(sdkFile);
  try {
    const address = `${page.origin}/#${encodeURIComponent(JSON.stringify(config))}`;
    await runBrowser([...argumentsFor(config, profile), address], { cwd: profile, signal, until: page.lines });
    return await page.lines;
  } finally {
    page.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function argumentsFor({ endpoint }: ClientConfig, profile: string): string[] {
  return [
    '--headless',
    // As root, which is usual in a container, Chromium starts only with this option.
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    `--user-data-dir=${profile}`,
    `--host-resolver-rules=MAP *.example.com ${new URL(endpoint).host}`,
  ];
}

async function runBrowser(
  args: readonly string[],
  options: { readonly cwd: string; readonly signal: AbortSignal; readonly until: Promise<unknown> },
): Promise<void> {
  for (const program of PROGRAMS) {
    try {
      await runChild(program, args, options);
      return;
    } catch (error) {
      if (!(error instanceof MissingTool)) throw error;
    }
  }
  throw new MissingTool('chromium is not installed on this machine');
}

interface Page {
  readonly origin: string;
  readonly lines: Promise<string[]>;
  close(): void;
}

async function servePage(sdkFile: string): Promise<Page> {
  const files: ReadonlyMap<string, readonly [type: string, content: string]> = new Map([
    ['/', ['text/html; charset=utf-8', PAGE]],
    ['/sdk.js', ['text/javascript; charset=utf-8', await readFile(sdkFile, 'utf8')]],
    ['/page.js', ['text/javascript; charset=utf-8', await bundle()]],
  ]);
  let resolve: (lines: string[]) => void = () => undefined;
  const lines = new Promise<string[]>((done) => (resolve = done));
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      void text(request).then((body) => {
        response.end();
        resolve((JSON.parse(body) as object[]).map((line) => JSON.stringify(line)));
      });
      return;
    }
    const [type, content] = files.get(request.url ?? '') ?? [];
    if (type === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'Content-Type': type }).end(content);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    lines,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL('page.ts', import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'esm' });
  return outputFiles[0]?.text ?? '';
}
