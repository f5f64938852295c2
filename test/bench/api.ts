import { createRequire } from 'node:module';

import { nodeHash } from '../../shared/cos/index.ts';
import { createSigner, readSignature, verify } from '../../shared/signing/index.ts';
import { NOW, PAIR, URL_HOST, createBench, signCall, urlEvent } from '../functions/api/bench.ts';
import { MINIMAL, configuration } from '../shared/rules/sample.ts';
import { runBundled } from './api-process.ts';
import type { BenchResult } from './types.ts';

const ROUNDS = 7;
const SIGNATURES = 20_000;
const REQUESTS = 10_000;
/** Our signer's time over the SDK's, at most. */
const SIGNING_LIMIT = 0.45;
const MEMORY_LIMIT_MB = 128;

const sdk = createRequire(import.meta.url)('cos-nodejs-sdk-v5/sdk/util.js') as {
  getAuth(options: object): string;
};

/** The API function: signing against the SDK, verified requests on one core, size, cold start and memory. */
export async function benchApi(): Promise<BenchResult> {
  const signing = await middle(ROUNDS, signOnce);
  const serving = await middle(ROUNDS, serveOnce);
  const bundled = await runBundled(MEMORY_LIMIT_MB);
  const figures = {
    signing: { microseconds: round(signing.ours), sdkMicroseconds: round(signing.floor), ratio: round(signing.ratio) },
    requests: {
      perSecond: Math.round(1e6 / serving.ours),
      microseconds: round(serving.ours),
      verifyMicroseconds: round(serving.floor),
      ratio: round(serving.ratio),
    },
    ...bundled,
  };
  const { bundleKb, coldMs, emptyMs, coldMb, warmMb, heavyMb, emptyMb, warmRequests } = bundled;
  return {
    ok: signing.ratio <= SIGNING_LIMIT && Math.max(warmMb, heavyMb) < MEMORY_LIMIT_MB,
    figures,
    lines: [
      `signing            ${round(signing.ours)} µs, ${round(signing.ratio)} times the SDK's ${round(signing.floor)} µs (at most ${SIGNING_LIMIT})`,
      `verified requests  ${figures.requests.perSecond} a second on one core: ${round(serving.ours)} µs each, ${round(serving.ratio)} times the bare verification`,
      `bundle             ${bundleKb} kB`,
      `cold start         ${coldMs} ms to the first answer in a fresh process, an empty one ${emptyMs} ms`,
      `memory             ${coldMb} MB cold, ${warmMb} MB after ${warmRequests} requests, an empty process ${emptyMb} MB; ${heavyMb} MB at the most for documents built to need much, pages of the node binary not counted (limit ${MEMORY_LIMIT_MB})`,
    ],
  };
}

interface Round {
  /** Microseconds of CPU for each piece. */
  readonly ours: number;
  readonly floor: number;
  readonly ratio: number;
}

/** The round with the median ratio: a round that another program disturbed is at an end. */
async function middle(rounds: number, once: () => Promise<Round>): Promise<Round> {
  await once();
  const found: Round[] = [];
  for (let i = 0; i < rounds; i += 1) found.push(await once());
  return found.toSorted((a, b) => a.ratio - b.ratio)[Math.floor(rounds / 2)] as Round;
}

async function signOnce(): Promise<Round> {
  const headers = { Host: URL_HOST, 'Content-Length': '1024', 'Content-MD5': 'XrY7u+Ae7tCTyyK7j1rNww==' };
  const query = { replication: '' };
  const path = '/';
  const signer = createSigner({
    credentials: () => PAIR,
    hash: nodeHash,
    now: () => NOW,
    lifetime: 900,
  });
  const request = { method: 'PUT', path, query: Object.entries(query), headers: Object.entries(headers) };
  const how = { SecretId: PAIR.secretId, SecretKey: PAIR.secretKey, Method: 'PUT', Pathname: path };
  const floor = await cpuOf(SIGNATURES, () => sdk.getAuth({ ...how, Query: query, Headers: headers }));
  return ratioed(await cpuOf(SIGNATURES, () => signer(request)), floor);
}

async function serveOnce(): Promise<Round> {
  const bench = await createBench();
  const body = configuration(MINIMAL);
  if ((await bench.call({ method: 'PUT', body })).statusCode !== 200) throw new Error('The API refused the rules.');
  const call = signCall({ method: 'GET' }, NOW);
  const event = urlEvent(call);
  const fields = readSignature(call.headers, call.query);
  if (fields === undefined) throw new Error('The request has no signature.');
  const how = { secretKey: PAIR.secretKey, hash: nodeHash, now: NOW };
  const floor = await cpuOf(REQUESTS, () => {
    verify(call, fields, how);
  });
  const ours = await cpuOf(REQUESTS, async () => {
    const answer = await bench.send(event);
    if (answer.statusCode !== 200) throw new Error(answer.body);
  });
  return ratioed(ours, floor);
}

/** Microseconds of CPU of one piece of work. */
async function cpuOf(count: number, work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < count; i += 1) {
    const result = work();
    if (result instanceof Promise) await result;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

const ratioed = (ours: number, floor: number): Round => ({ ours, floor, ratio: ours / floor });
const round = (value: number): number => Number(value.toPrecision(3));
