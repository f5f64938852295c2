import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CloudApi } from '../../../../shared/deploy/cloud/cloud-api.ts';
import { deploy, type Cloud } from '../../../../shared/deploy/commands/deploy.ts';
import { checkLogs } from '../../../../shared/deploy/doctor/logs.ts';
import type { DoctorDeps } from '../../../../shared/deploy/doctor/types.ts';
import { zip } from '../../../../shared/deploy/functions/zip.ts';
import type { LocalCloud } from '../../../cloud/index.ts';
import { openPlatform } from '../local-platform.ts';
import { sampleSettings } from '../settings.ts';

const LONG = 120_000;
const CODE = 'exports.main_handler = () => 0;';

let cloud: LocalCloud;
let platform: Cloud;
let api: CloudApi;
let ids: { readonly logset: string; readonly topic: string };
beforeAll(async () => {
  ({ cloud, platform } = await openPlatform());
  ({ api } = platform);
  const { LogsetId } = await api.call<{ LogsetId: string }>('cls', 'CreateLogset', { LogsetName: 'replication' });
  const topic = { LogsetId, TopicName: 'functions', Period: 7 };
  const { TopicId } = await api.call<{ TopicId: string }>('cls', 'CreateTopic', topic);
  ids = { logset: LogsetId, topic: TopicId };
}, LONG);
afterAll(() => cloud.close());

async function deployed(logs: object | undefined): Promise<string[]> {
  const lines: string[] = [];
  const report = { line: (text: string) => void lines.push(text), warn: () => undefined };
  const settings = sampleSettings(logs === undefined ? {} : { logs: [logs] });
  await deploy(settings, platform, async () => zip({ 'index.js': Buffer.from(CODE) }), report);
  return lines.filter((line) => !/: unchanged$|^function URL/.test(line));
}

const topicsOfFunctions = (): string[] => [
  ...new Set(cloud.scf.listFunctions('ap-guangzhou', 'default').map(({ config }) => config.logTopic)),
];
const days = (): number | undefined => cloud.scf.logTopics.list('ap-guangzhou')[0]?.period;

describe.sequential('the log topic', { timeout: LONG }, () => {
  it('is left to the platform without the setting', async () => {
    await deployed(undefined);
    expect(await deployed(undefined)).toEqual([]);
    expect(topicsOfFunctions()).toEqual(['']);
  });

  it.each([
    ['is not there', () => ({ ...ids, topic: 'f8b9-nowhere' }), /topic f8b9-nowhere is not there in this region/],
    ['is of another logset', () => ({ ...ids, logset: 'f8b9-other' }), /belongs to the logset/],
  ])('that %s is refused before anything is changed', async (_, logs, message) => {
    await expect(deployed({ ...logs(), days: 30 })).rejects.toThrow(message);
    expect([topicsOfFunctions(), days()]).toEqual([[''], 7]);
  });

  it('gets the logs of every function, and keeps them as long as the setting says', async () => {
    const lines = await deployed({ ...ids, days: 30 });
    expect(lines).toContain(`log topic ${ids.topic}: updated`);
    expect(lines.filter((line) => line.endsWith(': updated'))).toHaveLength(6);
    expect([topicsOfFunctions(), days()]).toEqual([[ids.topic], 30]);
    expect(await deployed({ ...ids, days: 30 })).toEqual([]);
    expect(await deployed({ ...ids, days: 3640 })).toEqual([`log topic ${ids.topic}: updated`]);
  });

  it('keeps its own days without days in the setting', async () => {
    expect(await deployed(ids)).toEqual([]);
    expect(days()).toBe(3640);
  });

  it('stays in use when the setting is removed', async () => {
    expect(await deployed(undefined)).toEqual([]);
    expect(topicsOfFunctions()).toEqual([ids.topic]);
  });

  it('that keeps logs for another time is found by the doctor', async () => {
    const found = async (wanted: object) =>
      checkLogs({ ...platform, settings: sampleSettings({ logs: [wanted] }) } as unknown as DoctorDeps);
    expect(await found({ ...ids, days: 3640 })).toEqual([]);
    expect(await found({ ...ids, days: 10 })).toMatchObject([
      { severity: 'warning', problem: 'keeps logs for 3640 days, not for 10' },
    ]);
  });

  it('of infrequent storage keeps logs for a week or more', async () => {
    const cold = { LogsetId: ids.logset, TopicName: 'cold', Period: 7, StorageType: 'cold' };
    const { TopicId } = await api.call<{ TopicId: string }>('cls', 'CreateTopic', cold);
    await expect(deployed({ logset: ids.logset, topic: TopicId, days: 3 })).rejects.toMatchObject({
      code: 'LOG_PERIOD_REFUSED',
    });
    expect(topicsOfFunctions()).toEqual([ids.topic]);
  });
});

describe('logs in serverless.yml', () => {
  it.each([
    [
      'no list',
      { logset: 'abc', topic: 'def' },
      /logs is a list; write each entry as \{ logset: ID, topic: ID, days: 30 \}/,
    ],
    ['no topic', [{ logset: 'abc' }], /whose topic is missing/],
    [
      'half a day',
      [{ logset: 'abc', topic: 'def', days: 0.5 }],
      /whose days is 0\.5; write .* 1 to 3600, or 3640 for ever/,
    ],
    ['too many days', [{ logset: 'abc', topic: 'def', days: 3601 }], /whose days is 3601/],
    [
      'two topics',
      [
        { logset: 'abc', topic: 'def' },
        { logset: 'abc', topic: 'ghi' },
      ],
      /two entries for ap-guangzhou/,
    ],
  ])('is refused for %s', (_, logs, message) => {
    expect(() => sampleSettings({ logs })).toThrow(message);
  });
});
