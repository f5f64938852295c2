import { describe, expect, it } from 'vitest';

import {
  appidOf,
  codeOfRegion,
  formatPlace,
  hostOf,
  isBucketName,
  isRegion,
  parsePlace,
  placeOfHost,
  regionFromCode,
  samePlace,
} from '../../../shared/cos/index.ts';
import { BACKUP, SOURCE } from './server.ts';

describe('bucket names', () => {
  it.each(['source-1250000000', 'a-10011310', '0-1250000000', 'a-b--c-1250000000', 'v-1-1250000000'])(
    'accepts %s',
    (name) => {
      expect(isBucketName(name)).toBe(true);
    },
  );

  it.each([
    '',
    'source',
    '-1250000000',
    'Source-1250000000',
    '-source-1250000000',
    'source--1250000000-',
    'source-12',
    'source-0125000000',
    'so.urce-1250000000',
    'source-1250000000\n',
    'source-1250000000.evil.example.com',
    'a@b-1250000000',
    `${'a'.repeat(60)}-1250000000`,
  ])('refuses %j', (name) => {
    expect(isBucketName(name)).toBe(false);
  });
});

describe('regions', () => {
  it.each(['ap-guangzhou', 'ap-beijing-1', 'ap-shenzhen-fsi', 'na-siliconvalley', 'eu-frankfurt'])(
    'accepts %s',
    (region) => {
      expect(isRegion(region)).toBe(true);
    },
  );

  it.each([
    '',
    'guangzhou',
    'AP-GUANGZHOU',
    'ap-',
    'ap-guangzhou.evil.com',
    'ap-guangzhou/',
    'cos.ap-guangzhou',
    'a b-c',
  ])('refuses %j', (region) => {
    expect(isRegion(region)).toBe(false);
  });
});

describe('places', () => {
  it('parses and formats bucket@region', () => {
    expect(parsePlace('source-1250000000@ap-guangzhou')).toEqual(SOURCE);
    expect(formatPlace(parsePlace('backup-1250000000@ap-shanghai'))).toBe('backup-1250000000@ap-shanghai');
  });

  it.each([
    ['source-1250000000', 'InvalidArgument'],
    ['source@ap-guangzhou', 'InvalidBucketName'],
    ['source-1250000000@', 'InvalidRegionName'],
    ['source-1250000000@ap-guangzhou@x', 'InvalidRegionName'],
    [' source-1250000000@ap-guangzhou', 'InvalidBucketName'],
    [`${'a'.repeat(53)}-1250000000@na-siliconvalley`, 'InvalidBucketName'],
  ])('refuses %j with %s', (text, code) => {
    expect(() => parsePlace(text)).toThrow(expect.objectContaining({ code, status: 400 }));
  });

  it('accepts every bucket whose name is one label of a host, even where the domain has more than 60 characters', () => {
    const bucket = `${'a'.repeat(52)}-1250000000`;
    expect(hostOf({ bucket, region: 'na-siliconvalley' })).toBe(`${bucket}.cos.na-siliconvalley.myqcloud.com`);
    expect(() => hostOf({ bucket: `a${bucket}`, region: 'na-siliconvalley' })).toThrow(/not a bucket/);
  });

  it('builds hosts from valid names only', () => {
    expect(hostOf(SOURCE)).toBe('source-1250000000.cos.ap-guangzhou.myqcloud.com');
    expect(() => hostOf({ bucket: 'evil.example.com/-1250000000', region: 'ap-guangzhou' })).toThrow(/not a bucket/);
    expect(() => hostOf({ ...SOURCE, region: 'x.evil.com#' })).toThrow(/not a region/);
  });

  it('reads a host back, in both domains', () => {
    expect(placeOfHost(hostOf(SOURCE))).toEqual(SOURCE);
    expect(placeOfHost('backup-1250000000.cos.ap-shanghai.tencentcos.cn')).toEqual(BACKUP);
    expect(placeOfHost('backup-1250000000.cos.ap-shanghai.myqcloud.com.evil.com')).toBeUndefined();
    expect(placeOfHost('cos.ap-shanghai.myqcloud.com')).toBeUndefined();
    expect(placeOfHost('backup.cos.ap-shanghai.myqcloud.com')).toBeUndefined();
  });

  it('compares and splits', () => {
    expect(samePlace(SOURCE, { ...SOURCE })).toBe(true);
    expect(samePlace(SOURCE, { ...SOURCE, region: 'ap-beijing' })).toBe(false);
    expect(appidOf('a-b-1250000000')).toBe('1250000000');
  });
});

describe('short region codes', () => {
  it('translates both ways', () => {
    expect(regionFromCode('gz')).toBe('ap-guangzhou');
    expect(codeOfRegion('ap-guangzhou')).toBe('gz');
    expect(regionFromCode('tor')).toBe('na-toronto');
    expect(regionFromCode('ca')).toBe('na-toronto');
    expect(codeOfRegion('na-toronto')).toBe('ca');
  });

  it('does not guess', () => {
    expect(regionFromCode('xx')).toBeUndefined();
    expect(regionFromCode('constructor')).toBeUndefined();
    expect(codeOfRegion('ap-nowhere')).toBeUndefined();
  });
});
