import { createApi } from '../../functions/api/api.ts';
import { createKeyStore } from '../../shared/access/index.ts';
import { nodeHash } from '../../shared/cos/index.ts';
import type { Cos } from '../../shared/cos/index.ts';
import { createRuleStore } from '../../shared/rules/index.ts';
import { httpFunction } from '../../shared/scf/index.ts';
import type { HttpAnswer } from '../../shared/scf/index.ts';
import { child, readXml, textOf } from '../../shared/xml/index.ts';
import { BACKUP, createStorage } from '../deployment/index.ts';
import { NOW, PAIR, SOURCE, STATE, signCall, urlEvent } from '../functions/api/bench.ts';
import type { Input } from './inputs.ts';
import { KEYS } from '../shared/identity/keys.ts';

/** A 5xx asks for a retry, and nothing here fails by chance. */
const ACCEPTABLE = new Set([200, 202, 204, 400, 403, 404, 405, 411]);
/** Characters of an error: it may quote only a part of the request. */
const LONGEST_ERROR = 128 * 1024;

export interface Target {
  /** The fault in the answer to an input; undefined: there is none. */
  judge(input: Input): Promise<string | undefined>;
  /** Number of answers by status. */
  readonly statuses: ReadonlyMap<number, number>;
  close(): Promise<void>;
}

/** The whole API function on buckets in memory. */
export async function createTarget(): Promise<Target> {
  const storage = createStorage({ now: () => NOW, versioned: [SOURCE, BACKUP], plain: [STATE] });
  const cos: Cos = { ...storage.cos, headBucket: () => Promise.resolve('exists') };
  let drawn = 0;
  const random = (bytes: number) => Uint8Array.from({ length: bytes }, () => (drawn += 7) & 0xff);
  const keys = createKeyStore({ cos, state: STATE, now: () => NOW, random });
  await keys.add({ buckets: [], rights: ['read', 'write'], pair: PAIR });
  await cos.putObject(SOURCE, 'a', Buffer.from('x'));
  const api = createApi({
    cos,
    state: STATE,
    keys,
    rules: createRuleStore({ cos, state: STATE, now: () => NOW }),
    listed: { sources: [SOURCE], destinations: [BACKUP] },
    hash: nodeHash,
    markerKeys: KEYS,
    now: () => NOW,
    sleep: () => Promise.resolve(),
    random,
  });
  let lines: string[] = [];
  const main = httpFunction(api, { now: () => NOW, write: (line) => lines.push(line) });
  const get = urlEvent(signCall({ method: 'GET' }, NOW));
  const statuses = new Map<number, number>();

  return {
    statuses,
    judge: async (input) => {
      lines = [];
      const answer = await main(input.event, { request_id: 'run' });
      statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
      const wrong = flawOf(answer, methodOf(input.event)) ?? flawOfLines(lines);
      if (wrong !== undefined) return wrong;
      if (input.spoilt && answer.statusCode < 400 && methodOf(input.event) !== 'OPTIONS') {
        return 'a spoilt signature was accepted';
      }
      if (methodOf(input.event) !== 'PUT' || answer.statusCode !== 200) return undefined;
      const stored = await main(get, { request_id: 'run' });
      if (stored.statusCode !== 200) return `a document was accepted that reads as ${stored.statusCode}`;
      readXml(stored.body);
      return undefined;
    },
    close: () => storage.close(),
  };
}

function methodOf(event: unknown): string {
  const method: unknown = typeof event === 'object' && event !== null ? Reflect.get(event, 'httpMethod') : undefined;
  return typeof method === 'string' ? method.toUpperCase() : '';
}

function flawOf({ statusCode, headers, body }: HttpAnswer, method: string): string | undefined {
  if (!ACCEPTABLE.has(statusCode)) return `status ${statusCode}: ${body.slice(0, 500)}`;
  const requestId = headers['x-cos-request-id'] ?? '';
  if (!/^[A-Za-z0-9+/=]{20,}$/.test(requestId)) return 'no x-cos-request-id';
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\w-]+$/.test(name) || !/^[\x20-\x7e]*$/.test(value)) return `the header ${JSON.stringify([name, value])}`;
  }
  if (method === 'HEAD') return body === '' ? undefined : 'a HEAD with a body';
  if (statusCode < 400) {
    if (headers['Content-Type'] === 'application/json') JSON.parse(body);
    return undefined;
  }
  if (body.length > LONGEST_ERROR) return `an error of ${body.length} characters`;
  const error = readXml(body);
  for (const name of ['Code', 'Message', 'Resource', 'RequestId']) {
    if ((child(error, name)?.text ?? '') === '') return `an error without ${name}`;
  }
  return textOf(error, 'RequestId') === requestId ? undefined : 'two request IDs';
}

function flawOfLines(lines: readonly string[]): string | undefined {
  if (lines.length === 0) return 'no log line';
  for (const line of lines) {
    if (/[\n\r]/.test(line)) return 'a log line with a line break';
    if (line.includes(PAIR.secretKey)) return 'a log line with the secret';
    JSON.parse(line);
  }
  return undefined;
}
