import { beforeEach } from 'vitest';
import { nodeHash } from '../../../../shared/cos/index.ts';
import type { Place } from '../../../../shared/cos/index.ts';
import { emptyCounts, emptyDeeds } from '../../../../shared/scan/counts.ts';
import type { Counts } from '../../../../shared/scan/counts.ts';
import { PairStore, signatureOf } from '../../../../shared/scan/index.ts';
import { requestedTask, Tasks } from '../../../../shared/tasks/index.ts';
import { createBench, NOW, SECOND, SOURCE, STATE, URL_HOST } from '../bench.ts';
import type { Bench } from '../bench.ts';
import { parseText } from '../metrics/parser.ts';
import type { Series } from '../metrics/parser.ts';

export const SECRET = 'theSecretOfTheScraper';
export const BACKUP: Place = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
export const VAULT: Place = { bucket: 'vault-1250000000', region: 'ap-shanghai' };
export const TO_BACKUP = { source: SOURCE.bucket, destination: `${BACKUP.bucket}@${BACKUP.region}` };
export const HOSTILE = 'a"b\\c{d="e"} 中';
export const MINUTE = 60_000;

/** The API function of the current test. */
export let bench: Bench;

/** Gives each test of the file an API function of its own, and an API key that may read metrics. */
export function useBench(): void {
  beforeEach(async () => {
    bench = await createBench({ sources: [SOURCE, SECOND], destinations: ['backup', 'vault'] });
    await bench.keys.add({ buckets: [], rights: ['metrics'], pair: { secretId: 'SCRAPER', secretKey: SECRET } });
  });
}

interface Asked {
  readonly authorization?: string;
  readonly host?: string;
  readonly path?: string;
  readonly method?: string;
  readonly query?: Readonly<Record<string, string>>;
}

export const scrape = ({ authorization, host = URL_HOST, path = '/metrics', method = 'GET', query = {} }: Asked = {}) =>
  bench.send({
    httpMethod: method,
    path,
    queryString: query,
    headers: { Host: host, Authorization: authorization ?? `Bearer ${SECRET}` },
  });

export async function metrics(asked?: Asked): Promise<readonly Series[]> {
  const answer = await scrape(asked);
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return parseText(answer.body);
}

export async function store(source: Place, ...rules: string[]): Promise<void> {
  const body = `<ReplicationConfiguration><Role>qcs::cam::uin/100000000001:uin/100000000001</Role>${rules.map((rule) => `<Rule>${rule}</Rule>`).join('')}</ReplicationConfiguration>`;
  const answer = await bench.call({ method: 'PUT', path: `/${source.bucket}/`, body });
  if (answer.statusCode !== 200) throw new Error(answer.body);
}

export const deps = () => ({ cos: bench.cos, state: STATE, hash: nodeHash });

/** The state that a scan leaves which ended a minute ago. */
export async function scanned(source: Place, destination: Place, change: (counts: Counts) => void): Promise<void> {
  const pair = { source, destination };
  const ruleSet = await bench.rules.getFresh(source);
  if (ruleSet === undefined) throw new Error('no rules');
  const counts = emptyCounts();
  change(counts);
  await new PairStore(deps(), pair).putResult({
    scan: '1-a',
    kind: 'repair',
    prefix: '',
    signature: signatureOf(ruleSet, pair, nodeHash),
    started: NOW - 2 * MINUTE,
    ended: NOW - MINUTE,
    completeUpTo: NOW - 3 * MINUTE,
    counts,
    deeds: emptyDeeds(),
  });
}

export async function wait(destination: Place, keys: number, age: number, cause = 'SlowDown'): Promise<void> {
  let unique = 0;
  const tasks = new Tasks({ ...deps(), now: () => NOW, unique: () => `w${(unique += 1)}` });
  for (let i = 0; i < keys; i += 1) {
    const target = { source: SOURCE, destination, key: `key ${i}` };
    await tasks.defer({ ...requestedTask(target, NOW - age), cause }, NOW + MINUTE);
  }
}

/** Findings of the hourly checks, half an hour old. */
export function checked(
  part: 'buckets' | 'functions',
  broken: readonly object[] = [],
  more: object = {},
): Promise<unknown> {
  const places = [SOURCE, BACKUP, VAULT].map(({ bucket, region }) => `${bucket}@${region}`);
  const found = JSON.stringify({ measuredAt: NOW - 30 * MINUTE, places, broken, ...more });
  return bench.cos.putObject(STATE, `status/checks/${part}`, new TextEncoder().encode(found), {
    contentType: 'application/json',
  });
}
