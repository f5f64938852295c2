import { describe, expect, it } from 'vitest';
import type { RawConfiguration } from '../../../../shared/deploy/config/settings.ts';
import { sampleSettings } from '../settings.ts';

const GOOD = { name: 'replication.my-company.com', certificate: 'BfHJsadd7' };
const domainsOf = (domains: unknown, more: Partial<RawConfiguration> = {}) =>
  sampleSettings({ ...more, domains }).domains;

describe('domains', () => {
  it('are left alone without the setting', () => {
    expect(sampleSettings().domains).toBeUndefined();
    expect(domainsOf([])).toEqual([]);
  });

  it('are those of the deployed region', () => {
    const sources = ['source-1250000000@ap-guangzhou', 'other-1250000000@ap-shanghai'];
    const here = { ...GOOD, region: 'ap-guangzhou' };
    const there = { name: 'other.my-company.com', certificate: 'x', region: 'ap-shanghai' };
    expect(domainsOf([GOOD])).toEqual([GOOD]);
    expect(domainsOf([here, there], { sources })).toEqual([GOOD]);
    expect(() => domainsOf([GOOD], { sources })).toThrow(
      /lacks its region; write region: and one of ap-guangzhou, ap-/,
    );
    expect(() => domainsOf([{ ...GOOD, region: 'ap-nowhere' }])).toThrow(/names the region "ap-nowhere"/);
  });

  it.each([
    [
      'no list',
      GOOD,
      /domains is a list; write each entry as \{ name: replication\.my-company\.com, certificate: ID \}/,
    ],
    ['a bare name', ['replication.my-company.com'], /has the entry "replication\.my-company\.com"/],
    ['a wildcard', [{ ...GOOD, name: '*.my-company.com' }], /whose name is "\*\.my-company\.com"; write/],
    ['an address with a scheme', [{ ...GOOD, name: 'https://my-company.com' }], /whose name is "https/],
    ['capital letters', [{ ...GOOD, name: 'My.company.com' }], /whose name is "My/],
    ['an address of the cloud', [{ ...GOOD, name: '1-abc.ap-guangzhou.tencentscf.com' }], /whose name is "1-abc/],
    ['no certificate', [{ name: GOOD.name }], /whose certificate is missing/],
    ['another field', [{ ...GOOD, path: '/x' }], /has no field path/],
    ['a name twice', [GOOD, GOOD], /replication\.my-company\.com is listed twice under domains/],
  ])('are refused for %s', (_, domains, message) => {
    expect(() => domainsOf(domains)).toThrow(message);
  });
});
