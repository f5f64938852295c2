import { describe, expect, it } from 'vitest';
import { desiredFunctions, nextNumbers } from '../../../../shared/deploy/functions/desired.ts';
import { longNames, manySources, rawConfiguration, sampleSettings } from '../settings.ts';
import { readSettings } from '../../../../shared/deploy/config/settings.ts';

const named = (settings: ReturnType<typeof sampleSettings>, key: string) => {
  const found = desiredFunctions(settings).find((desired) => desired.key === key);
  if (found === undefined) throw new Error(`no ${key}`);
  return found;
};

describe('desiredFunctions', () => {
  it('makes the five functions, all with one handler', () => {
    const functions = desiredFunctions(sampleSettings());
    expect(functions.map(({ name }) => name)).toEqual([
      'cos-replication-dev-replicate',
      'cos-replication-dev-task',
      'cos-replication-dev-scan',
      'cos-replication-dev-schedule',
      'cos-replication-dev-api',
    ]);
    expect(new Set(functions.map(({ handler }) => handler))).toEqual(new Set(['index.main_handler']));
  });

  it('gives a source bucket its three triggers', () => {
    const bucket = { type: 'cos', bucket: 'source-1250000000', region: 'ap-guangzhou', prefix: '', suffix: '' };
    expect(named(sampleSettings(), 'replicate').triggers).toEqual([
      { ...bucket, event: 'cos:ObjectCreated:*' },
      { ...bucket, event: 'cos:ObjectRemove:DeleteMarkerCreated' },
      { ...bucket, event: 'cos:ObjectRestore:Completed' },
    ]);
  });

  it('starts tasks from the state bucket and nothing else there', () => {
    expect(named(sampleSettings(), 'task').triggers).toEqual([
      {
        type: 'cos',
        bucket: 'crr-dev-gz-1250000000',
        region: 'ap-guangzhou',
        event: 'cos:ObjectCreated:*',
        prefix: 'tasks/',
        suffix: '',
      },
    ]);
  });

  it.each([
    [1, ['replicate']],
    [3, ['replicate']],
    [4, ['replicate', 'replicate-2']],
    [7, ['replicate', 'replicate-2', 'replicate-3']],
  ])('deploys replicate for %i sources as %j, never with more than ten triggers', (count, keys) => {
    const functions = desiredFunctions(sampleSettings({ sources: manySources(count) }));
    const replicate = functions.filter(({ bundle }) => bundle === 'replicate');
    expect(replicate.map(({ key }) => key)).toEqual(keys);
    expect(replicate.flatMap(({ triggers }) => triggers)).toHaveLength(3 * count);
    for (const { triggers } of replicate) expect(triggers.length).toBeLessThanOrEqual(10);
  });

  it('moves no trigger when a source is added at the end', () => {
    const before = desiredFunctions(sampleSettings({ sources: manySources(4) }));
    const after = desiredFunctions(sampleSettings({ sources: manySources(5) }));
    for (const { key, triggers } of before) {
      expect(after.find((desired) => desired.key === key)?.triggers).toEqual(expect.arrayContaining([...triggers]));
    }
  });

  it('looks for surplus functions after the last number', () => {
    expect(nextNumbers(sampleSettings({ sources: manySources(7) }))).toEqual([{ key: 'replicate', from: 3 }]);
  });

  it('passes the lists on, and local addresses only when there are any', () => {
    const lists = {
      STATE_BUCKET: 'crr-dev-gz-1250000000',
      SOURCES: 'source-1250000000@ap-guangzhou',
      DESTINATIONS: 'backup-1250000000@ap-shanghai',
    };
    expect(named(sampleSettings(), 'task').environment).toEqual(lists);
    const cautious = readSettings(rawConfiguration({ cautious: ['metadata', 'overlap'] }));
    expect(named(cautious, 'api').environment).toEqual({ ...lists, CAUTIOUS: 'metadata,overlap' });
    const local = readSettings(rawConfiguration(), 'http://127.0.0.1:8080');
    expect(named(local, 'task').environment).toEqual({
      ...lists,
      COS_ENDPOINT: 'http://127.0.0.1:8080',
      CLOUD_ENDPOINT: 'http://127.0.0.1:8080',
    });
  });

  it('keeps the roles apart', () => {
    const roles = Object.fromEntries(desiredFunctions(sampleSettings()).map(({ key, role }) => [key, role]));
    const engine = 'cos-replication-dev-ap-guangzhou-engine';
    const schedule = 'cos-replication-dev-ap-guangzhou-schedule';
    const api = 'cos-replication-dev-ap-guangzhou-api';
    const scan = 'cos-replication-dev-ap-guangzhou-scan';
    expect(roles).toEqual({ replicate: engine, task: engine, scan, schedule, api });
  });

  it('refuses more buckets than an environment holds, and says how many it does', () => {
    const lists = (count: number) => ({
      sources: longNames('s', count, 'ap-guangzhou'),
      destinations: longNames('d', count, 'ap-shanghai'),
    });
    let said = '';
    try {
      desiredFunctions(sampleSettings(lists(200)));
    } catch (error) {
      said = (error as Error).message;
    }
    const fit = Number(/^The 400 sources and .* holds 4096, about (\d+) buckets .*: shorten the lists/.exec(said)?.[1]);
    expect(() => desiredFunctions(sampleSettings(lists(Math.floor(fit / 2))))).not.toThrow();
    expect(() => desiredFunctions(sampleSettings(lists(Math.floor(fit / 2) + 1)))).toThrow(/4096/);
  });

  it('refuses a function name that SCF refuses', () => {
    expect(() => desiredFunctions(sampleSettings({ service: 'x'.repeat(60) }))).toThrow(/60 characters/);
  });
});
