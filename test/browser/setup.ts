import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import type { Place } from '../../shared/cos/index.ts';
import { startEnvironment, type Environment } from '../cloud/job/index.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The address of the local cloud, and a key pair for the cloud and one for the API. */
export interface Where {
  readonly endpoint: string;
  readonly secretId: string;
  readonly secretKey: string;
  readonly source: Place;
  readonly destination: Place;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly where: Where;
  }
}

/** ms between the end of all that a tick has started and the next one. */
const TICK_MS = 5_000;

/**
 * Ticks the functions' timers, which are a minute apart: scans begin and end at them, and nobody wants to wait for minutes. On a
 * busy machine runs would pile up if it did not wait for their end.
 */
async function keepTicking({ endpoint, beginMinute }: Environment, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    beginMinute();
    await fetch(`${endpoint}/_local/idle`, { signal });
    await sleep(TICK_MS, undefined, { signal });
  }
}

/** Starts the local cloud with the real functions deployed by the real CLI, as `npm run cloud` does. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stop = new AbortController();
  const environment = await startEnvironment({
    root: ROOT,
    port: 0,
    signal: stop.signal,
    say: (line) => void process.stderr.write(`${line}\n`),
  });
  const { endpoint, secretId, secretKey, source, destination } = environment;
  project.provide('where', { endpoint, secretId, secretKey, source, destination });
  const ticking = keepTicking(environment, stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return async () => {
    stop.abort();
    await ticking;
    await environment.close();
  };
}
