import { nodeHash } from '../../shared/cos/index.ts';
import { sign } from '../../shared/signing/index.ts';
import { child, readXml, textOf } from '../../shared/xml/index.ts';
import { createBlobStore, createCore } from '../cloud/cos/index.ts';
import { createFaults } from '../cloud/faults/index.ts';
import { createCosHandler } from '../cloud/http/index.ts';
import { accessOf, createCam } from '../cloud/scf/index.ts';
import type { CloudResponse } from '../cloud/types.ts';
import { drawCosInput, signForm } from './cos-inputs.ts';
import type { CosInput } from './cos-inputs.ts';
import { createDraw } from './random.ts';
import type { Draw } from './random.ts';

const NOW = Date.UTC(2026, 1, 1);
const DAY = 86_400_000;
const PLACE = { bucket: 'source-1250000000', region: 'ap-guangzhou' } as const;
const BACKUP = 'backup-1250000000';
const HOST = `${PLACE.bucket}.cos.${PLACE.region}.myqcloud.com`;
const ACCOUNT = { appid: '1250000000', uin: '100000000001' };
const PAIR = { secretId: 'AKIDfuzz', secretKey: 'secret' };
const SECONDS = { start: NOW / 1000 - 60, end: NOW / 1000 + 60 };
/** Inputs after which the bucket starts afresh, because what a lock or a policy shuts stays shut. */
const RENEW_EVERY = 200;

export interface CosCounts {
  readonly passed: number;
  readonly failures: readonly string[];
  readonly statuses: Readonly<Record<string, number>>;
}

/** Sends drawn requests to the less used calls of the local cloud's COS, with hostile bodies and headers. */
export async function fuzzCos(runs: number, seed: number): Promise<CosCounts> {
  const failures: string[] = [];
  const statuses: Record<string, number> = {};
  let bench = createBench();
  for (let index = 0; index < runs; index += 1) {
    if (index % RENEW_EVERY === 0) {
      await bench.close();
      bench = createBench();
    }
    const draw = createDraw(Math.imul(seed, 0xc2b2ae35) ^ index);
    const input = drawCosInput(draw, (policy, by) => signForm(policy, PAIR, keyTimeOf(by)));
    let flaw: string | undefined;
    try {
      const answer = await bench.send(input, draw);
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      flaw = (await flawOf(answer, input)) ?? bench.flaw();
    } catch (error) {
      flaw = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
    if (flaw !== undefined) failures.push(`${index}: ${flaw}: ${describe(input)}`);
  }
  await bench.close();
  return { passed: runs - failures.length, failures, statuses };
}

const keyTimeOf = (draw: Draw): string =>
  draw.chance(0.9) ? `${SECONDS.start};${SECONDS.end}` : draw.pick(['0;1', 'x', `${SECONDS.end};${SECONDS.start}`]);

function createBench() {
  const core = createCore({ now: () => NOW, random: () => 0.5, switches: { nativeReplication: true } });
  const blobs = createBlobStore();
  const errors: unknown[] = [];
  core.createBucket(PLACE.bucket, PLACE.region);
  core.putVersioning(PLACE.bucket, PLACE.region, 'Enabled');
  core.createBucket(BACKUP, PLACE.region);
  core.putVersioning(BACKUP, PLACE.region, 'Enabled');
  const root = { ...PAIR, principal: { kind: 'root', uin: ACCOUNT.uin } } as const;
  const cam = createCam({ ...ACCOUNT, root, now: () => NOW, random: () => 0.5 });
  const handler = createCosHandler({
    core,
    blobs,
    access: accessOf([cam]),
    faults: createFaults({ seed: 1 }),
    now: () => NOW,
    accounts: [ACCOUNT],
    onError: (error) => errors.push(error),
  });
  return {
    send: (input: CosInput, draw: Draw) => handler(requestOf(input, draw.chance(0.9))),
    /**
     * The error of a handler; undefined: there was none. Throws when a lifecycle cannot run on what an input has
     * stored.
     */
    flaw: (): string | undefined => {
      if (errors.length > 0) return `the handler failed: ${String(errors.splice(0).map(String))}`;
      for (const days of [0, 2, 9]) core.runLifecycle({ ahead: days * DAY });
      return undefined;
    },
    close: () => blobs.close(),
  };
}

function requestOf({ method, key, query, headers, body }: CosInput, signed: boolean) {
  const path = wellFormed(`/${key}`);
  const all: (readonly [string, string])[] = [['host', HOST], ['content-length', String(body.length)], ...headers];
  const time = { start: SECONDS.start, end: SECONDS.end };
  const authorization = signed
    ? [
        [
          'authorization',
          sign({ method, path, query, headers: [] }, { credentials: PAIR, time, hash: nodeHash }),
        ] as const,
      ]
    : [];
  return {
    method,
    host: HOST,
    rawPath: encodeURI(path).replaceAll('?', '%3F').replaceAll('#', '%23'),
    rawQuery: query.map((pair) => pair.map((text) => encodeURIComponent(wellFormed(text))).join('=')).join('&'),
    headers: [...all, ...authorization],
    body: once(body),
    remoteAddress: '127.0.0.1',
  };
}

/** Half a surrogate pair cannot be encoded. */
const wellFormed = (text: string): string => Buffer.from(text).toString();

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  // In two pieces, which may split a character.
  const half = body.length >> 1;
  if (half > 0) yield body.subarray(0, half);
  if (body.length > half) yield body.subarray(half);
}

async function flawOf({ status, headers, body }: CloudResponse, { method }: CosInput): Promise<string | undefined> {
  if (status >= 500) return `status ${status}`;
  const requestId = headers.find(([name]) => name === 'x-cos-request-id')?.[1];
  if (!requestId) return 'no x-cos-request-id';
  // eslint-disable-next-line no-control-regex
  const odd = headers.find(([name, value]) => !/^[\w-]+$/.test(name) || /[^\x20-\x7e\x80-\xff]/.test(value));
  if (odd !== undefined) return `the header ${JSON.stringify(odd)}`;
  if (status < 400 || method === 'HEAD') return undefined;
  if (typeof body !== 'string') return `a refusal of ${status} without an XML document`;
  const error = readXml(body);
  for (const name of ['Code', 'Message', 'Resource', 'RequestId']) {
    if ((child(error, name)?.text ?? '') === '') return `an error without ${name}`;
  }
  return textOf(error, 'RequestId') === requestId ? undefined : 'two request IDs';
}

const describe = ({ body, ...rest }: CosInput): string =>
  `${JSON.stringify(rest)} ${JSON.stringify(Buffer.from(body).toString())}`.slice(0, 2000);
