import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { verified, type Verified } from '../../../../functions/api/verify-schemas.ts';
import { createKeyStore } from '../../../../shared/access/index.ts';
import { SOURCE, STATE, type SignOptions } from '../bench.ts';
import { createScanning, type Scanning } from './scanning.ts';
import { BACKUP, createWorld, ruleText, type World } from '../../../deployment/over-http.ts';

export const PLACE = `${BACKUP.bucket}@${BACKUP.region}`;

/** The world of the current file. */
export let world: World;
export let scanning: Scanning;

/** Gives the tests of a file one deployment with one rule. The scan function runs while a call waits. */
export function useWorld(): void {
  beforeAll(async () => {
    world = await createWorld();
    scanning = createScanning(world);
    world.meanwhile = scanRuns;
    await world.rules(ruleText('all', BACKUP));
  });
  afterAll(() => world.close());
}

export const scanRuns = (): Promise<void> => scanning.runAll('scans/verify/');

export async function verify(body: object = {}): Promise<Verified & { readonly status: number }> {
  const { status, json } = await world.ask('POST', 'replicationVerify', { body: JSON.stringify(body) });
  return { ...verified.parse(json), status };
}

export async function look(id: string, marker?: string): Promise<Verified> {
  const query: [string, string][] = [
    ['id', id],
    ...(marker === undefined ? [] : [['marker', marker] as [string, string]]),
  ];
  return verified.parse((await world.ask('GET', 'replicationVerify', { query })).json);
}

/** Another API key, for these destinations alone. */
export async function other(destinations: readonly string[] = []): Promise<SignOptions> {
  const keys = createKeyStore({ cos: world.user, state: STATE, now: Date.now, random: randomBytes });
  return { pair: await keys.add({ buckets: [], destinations, rights: ['read', 'write'] }) };
}

export async function upload(key: string, text = key): Promise<string> {
  return (await world.user.putObject(SOURCE, key, Buffer.from(text))).versionId ?? '';
}

export async function replicated(key: string, text?: string): Promise<string> {
  const versionId = await upload(key, text);
  await world.replicate(key);
  return versionId;
}
