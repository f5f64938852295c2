import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../../shared/deploy/config/settings.ts';
import { rawConfiguration } from '../settings.ts';

describe('readSettings', () => {
  it('takes account and state bucket from the sources', () => {
    const settings = readSettings(rawConfiguration());
    expect(settings.appid).toBe('1250000000');
    expect(settings.state).toEqual({ bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' });
  });

  it('deploys the sources of its own region only', () => {
    const sources = ['a-1250000000@ap-guangzhou', 'b-1250000000@ap-beijing'];
    expect(readSettings(rawConfiguration({ sources })).sources.map(({ bucket }) => bucket)).toEqual(['a-1250000000']);
  });

  it('accepts another state bucket of the same account', () => {
    const { state } = readSettings(rawConfiguration({ stateBucket: 'state-1250000000' }));
    expect(state.bucket).toBe('state-1250000000');
  });

  it.each([
    ['a source that is the state bucket', { sources: ['crr-dev-gz-1250000000@ap-guangzhou'] }, /state bucket/],
    ['a destination that is the state bucket', { stateBucket: 'backup-1250000000' }, /state bucket/],
    ['sources of two accounts', { sources: ['a-1250000000@ap-guangzhou', 'b-1250000001@ap-guangzhou'] }, /accounts/],
    ['no source in the region', { sources: ['a-1250000000@ap-beijing'] }, /--region and one of ap-beijing/],
    ['a bucket listed twice', { destinations: ['a-1250000000@ap-beijing', 'a-1250000000@ap-nanjing'] }, /twice/],
    ['a state bucket of another account', { stateBucket: 'state-1250000001' }, /must end in -1250000000/],
    [
      'a source that is its own destination',
      { destinations: ['source-1250000000@ap-guangzhou'] },
      /nothing to replicate/,
    ],
  ])('refuses %s', (_, changes, message) => {
    expect(() => readSettings(rawConfiguration(changes))).toThrow(message);
  });

  it('asks for a state bucket where the short code of the region is unknown', () => {
    const raw = rawConfiguration({ sources: ['a-1250000000@ap-newtown'] });
    const provider = { ...raw.provider, region: 'ap-newtown' };
    const named = { ...raw, provider, regions: ['ap-newtown'] };
    expect(() => readSettings(named)).toThrow(/set stateBucket/);
    expect(readSettings({ ...named, stateBucket: 'state-1250000000' }).state.region).toBe('ap-newtown');
  });
});
