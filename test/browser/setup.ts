import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import type { Place } from '../../shared/cos/index.ts';
import { keepTicking, startEnvironment } from '../cloud/job/index.ts';

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

/** Scans begin and end at a timer. */
const REST_MS = 5_000;

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
  const ticking = keepTicking({ ...environment, restMs: REST_MS }, stop.signal);
  return async () => {
    stop.abort();
    await ticking;
    await environment.close();
  };
}
