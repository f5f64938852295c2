import { describe, expect, it } from 'vitest';
import { checkValues } from '../../../../shared/deploy/config/values.ts';
import { desiredFunctions } from '../../../../shared/deploy/functions/desired.ts';
import { canariesOf } from '../../../../shared/runs/connect-schedule.ts';
import { scanSettings } from '../../../../shared/runs/connect.ts';
import { rawConfiguration, sampleSettings } from '../settings.ts';

const locate = (path: readonly (string | number)[]): string => `at ${path.join('/')}`;
const { provider } = rawConfiguration();

describe('checkValues', () => {
  it('accepts the configuration of the repository, and every setting at its limits', () => {
    for (const scan of [{}, { everyHours: 1 }, { everyHours: 23, rangesAtOnce: 64 }]) {
      const raw = { ...rawConfiguration(), scan, cautious: ['overlap'], regions: ['ap-newplace'] };
      expect(() => checkValues(raw, locate)).not.toThrow();
    }
  });

  it.each([
    [{ provider: { ...provider, stage: 'Prod_1' } }, 'at provider/stage: provider.stage is "Prod_1"; write 1 to 20'],
    [{ provider: { ...provider, region: 'Guangzhou' } }, 'provider.region is "Guangzhou"; write the name of a region'],
    [{ provider: { ...provider, runtime: 'nodejs20.x' } }, 'provider.runtime is "nodejs20.x"; write a Node.js runtime'],
    [{ provider: { ...provider, runtime: undefined } }, 'provider.runtime is missing; write'],
    [{ provider: { ...provider, async: 2 } }, 'provider.async is 2; write retries and ttl'],
    [{ provider: { ...provider, async: { retries: 3, ttl: 60 } } }, 'provider.async.retries is 3; write how often'],
    [{ provider: { ...provider, async: { retries: 2 } } }, 'provider.async.ttl is missing; write the seconds'],
    [{ provider: { ...provider, async: { retry: 2, ttl: 60 } } }, 'retries and ttl below it, and nothing else'],
    [{ cautious: ['everything'] }, 'cautious is ["everything"]; write a list of metadata, overlap'],
    [{ cautious: ['overlap', 'overlap'] }, 'each at most once'],
    [{ regions: 'ap-newplace' }, 'regions is "ap-newplace"; write a list of regions'],
    [{ stateBucket: 'State' }, 'stateBucket is "State"; write a bucket name with its APPID'],
    [{ scan: { every: 2 } }, 'scan is {"every":2}; write everyHours or rangesAtOnce below it'],
    [{ scan: { everyHours: 24 } }, 'at scan/everyHours: scan.everyHours is 24; write whole hours'],
    [{ scan: { everyHours: '6' } }, 'scan.everyHours is "6"'],
    [{ canary: { every: 2 } }, 'canary is {"every":2}; write everyMinutes or sources below it'],
    [{ canary: { everyMinutes: 61 } }, 'canary.everyMinutes is 61; write the minutes'],
    [{ canary: { sources: 'a' } }, 'canary.sources is "a"; write a list'],
    [{ scan: { rangesAtOnce: 0 } }, 'scan.rangesAtOnce is 0; write the number of ranges'],
  ])('names value, form and line of %j', (changes, message) => {
    expect(() => checkValues({ ...rawConfiguration(), ...changes }, locate)).toThrow(message);
  });
});

describe('scan settings', () => {
  it('reach the functions unchanged', () => {
    const [first] = desiredFunctions(sampleSettings({ scan: { everyHours: 6, rangesAtOnce: 4 } }));
    expect(scanSettings(first?.environment ?? {})).toEqual({ everyMs: 6 * 3_600_000, rangesAtOnce: 4 });
    const [plain] = desiredFunctions(sampleSettings());
    expect(scanSettings(plain?.environment ?? {})).toEqual({});
    expect(Object.keys(plain?.environment ?? {})).toEqual(['STATE_BUCKET', 'SOURCES', 'DESTINATIONS']);
  });
});

describe('canary settings', () => {
  const sources = ['a-1250000000@ap-guangzhou', 'b-1250000000@ap-guangzhou', 'c-1250000000@ap-shanghai'];
  const of = (canary: object | undefined) => {
    const settings = sampleSettings({ sources, ...(canary === undefined ? {} : { canary }) });
    const [first] = desiredFunctions(settings);
    const { everyMs, sources: chosen } = canariesOf(first?.environment ?? {}, settings.sources);
    return [everyMs / 60_000, ...chosen.map(({ bucket }) => bucket.slice(0, 1))];
  };

  it('reach the functions unchanged, or not at all', () => {
    expect(of(undefined)).toEqual([0]);
    expect(of({})).toEqual([5, 'a', 'b']);
    expect(of({ everyMinutes: 15 })).toEqual([15, 'a', 'b']);
    expect(of({ sources: [sources[1]] })).toEqual([5, 'b']);
    // The source is of another region, whose deployment has its canaries.
    expect(of({ sources: [sources[2]] })).toEqual([0]);
  });

  it('name sources alone', () => {
    expect(() => of({ sources: ['backup-1250000000@ap-shanghai'] })).toThrow(
      /is not listed under sources: write one of a-/,
    );
  });
});
