import { beforeEach, expect, it } from 'vitest';

import { createMarkerKnowledge, readPreflight, storePreflight } from '../../../shared/preflight/index.ts';
import type { MarkerKnowledge, Preflight } from '../../../shared/preflight/index.ts';
import { cosError, createMemoryCos } from '../../functions/api/memory-cos.ts';
import type { MemoryCos } from '../../functions/api/memory-cos.ts';

const STATE = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };
const BACKUP = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
const DAY = 24 * 3_600_000;
const OBJECT = 'crr-dev-gz-1250000000@ap-guangzhou/status/preflight/backup-1250000000';

let memory: MemoryCos;
let time: number;
let knowledge: MarkerKnowledge;

beforeEach(() => {
  time = 1_700_000_000_000;
  memory = createMemoryCos(() => time);
  knowledge = createMarkerKnowledge({ cos: memory.cos, state: STATE, now: () => time, unique: () => 'u' });
});

const found = (change: Partial<Preflight> = {}): Preflight => ({
  destination: BACKUP,
  measuredAt: time,
  passed: true,
  markerTold: true,
  checks: [{ name: 'reach', passed: true }],
  ...change,
});

const store = (change?: Partial<Preflight>) => storePreflight(memory.cos, STATE, found(change));

it('is false before the first pre-flight', async () => {
  expect(knowledge.told(BACKUP)).toBe(false);
  await knowledge.learn(BACKUP, false);
  expect(knowledge.told(BACKUP)).toBe(false);
});

it('is the finding, for thirty days', async () => {
  await store();
  await knowledge.learn(BACKUP, false);
  expect(knowledge.told(BACKUP)).toBe(true);
  time += 30 * DAY;
  await knowledge.learn(BACKUP, false);
  expect(knowledge.told(BACKUP)).toBe(false);
});

it.each([{ markerTold: false }, { markerTold: undefined }])('is false for %j', async (change) => {
  const { markerTold, ...rest } = found();
  void markerTold;
  await storePreflight(memory.cos, STATE, change.markerTold === undefined ? rest : found({ markerTold: false }));
  await knowledge.learn(BACKUP, false);
  expect(knowledge.told(BACKUP)).toBe(false);
});

it('asks the state bucket at most every five minutes, even for simultaneous questions', async () => {
  await store();
  await Promise.all([knowledge.learn(BACKUP, false), knowledge.learn(BACKUP, false)]);
  time += 299_999;
  await knowledge.learn(BACKUP, false);
  expect(memory.calls).toEqual(['putObject', 'getObject']);
  time += 1;
  await knowledge.learn(BACKUP, false);
  expect(memory.calls).toEqual(['putObject', 'getObject', 'getObject']);
});

it('forgets a finding that it can no longer read', async () => {
  await store();
  await knowledge.learn(BACKUP, false);
  memory.failures.set('getObject', cosError(STATE, 'SlowDown', 503, true));
  time += 300_000;
  await expect(knowledge.learn(BACKUP, false)).resolves.toBeUndefined();
  expect(knowledge.told(BACKUP)).toBe(false);
});

it('is not that of a bucket of the same name in another region', async () => {
  await store({ destination: { ...BACKUP, region: 'ap-beijing' } });
  expect(await readPreflight(memory.cos, STATE, BACKUP)).toBeUndefined();
});

it.each(['{', '{}', '[]', JSON.stringify({ passed: true, markerTold: true })])('does not read %s', async (text) => {
  memory.objects.set(OBJECT, Buffer.from(text));
  await expect(readPreflight(memory.cos, STATE, BACKUP)).rejects.toMatchObject({ code: 'InvalidStateObject' });
  await knowledge.learn(BACKUP, false);
  expect(knowledge.told(BACKUP)).toBe(false);
});
