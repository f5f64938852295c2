import { describe, expect, it } from 'vitest';

import { readConfig } from '../../../shared/scf/index.ts';

const env = {
  STATE_BUCKET: 'crr-dev-gz-1250000000',
  TENCENTCLOUD_REGION: 'ap-guangzhou',
  SOURCES: 'source-1250000000@ap-guangzhou',
  DESTINATIONS: 'backup-1250000000@ap-shanghai, other-1251111111@eu-frankfurt',
  TENCENTCLOUD_SECRETID: 'AKIDrole',
  TENCENTCLOUD_SECRETKEY: 'role secret',
  TENCENTCLOUD_SESSIONTOKEN: 'role token',
};

describe('readConfig', () => {
  it('reads the environment of a deployment', () => {
    const config = readConfig({ ...env, COS_ENDPOINT: 'http://127.0.0.1:8080' });
    expect(config).toMatchObject({
      state: { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' },
      sources: [{ bucket: 'source-1250000000', region: 'ap-guangzhou' }],
      destinations: [
        { bucket: 'backup-1250000000', region: 'ap-shanghai' },
        { bucket: 'other-1251111111', region: 'eu-frankfurt' },
      ],
      cosEndpoint: 'http://127.0.0.1:8080',
    });
    expect(config.credentials()).toEqual({ secretId: 'AKIDrole', secretKey: 'role secret', token: 'role token' });
  });

  it('reads the other deployments whose replicas may occur, if any', () => {
    expect(readConfig(env).signers).toEqual([]);
    expect(readConfig({ ...env, SIGNERS: 'crr-dev-sh-1250000000@ap-shanghai' }).signers).toEqual([
      { bucket: 'crr-dev-sh-1250000000', region: 'ap-shanghai' },
    ]);
    expect(() => readConfig({ ...env, SIGNERS: 'crr' })).toThrow('SIGNERS has a wrong entry');
  });

  it('reads the credentials of the role at each call, because they rotate', () => {
    const changing: Record<string, string> = { ...env };
    const config = readConfig(changing);
    changing['TENCENTCLOUD_SECRETID'] = 'AKIDnext';
    delete changing['TENCENTCLOUD_SESSIONTOKEN'];
    expect(config.credentials()).toEqual({ secretId: 'AKIDnext', secretKey: 'role secret' });
    delete changing['TENCENTCLOUD_SECRETKEY'];
    expect(() => config.credentials()).toThrow(/TENCENTCLOUD_SECRETKEY is missing/);
  });

  it('reads the stricter readings of the documents', () => {
    expect(readConfig(env).cautious).toEqual([]);
    expect(readConfig({ ...env, CAUTIOUS: 'metadata, overlap' }).cautious).toEqual(['metadata', 'overlap']);
  });

  it('has no endpoint of its own on the real cloud', () => {
    expect(readConfig(env).cosEndpoint).toBeUndefined();
    expect(readConfig({ ...env, COS_ENDPOINT: '' }).cosEndpoint).toBeUndefined();
  });

  it.each([
    [{ STATE_BUCKET: undefined }, 'STATE_BUCKET is missing'],
    [{ STATE_BUCKET: 'Bad_Name' }, 'STATE_BUCKET is not a bucket name'],
    [{ TENCENTCLOUD_REGION: '' }, 'TENCENTCLOUD_REGION is missing'],
    [{ TENCENTCLOUD_REGION: 'a.evil.example' }, 'TENCENTCLOUD_REGION is not a region'],
    [{ SOURCES: undefined }, 'SOURCES is missing'],
    [{ SOURCES: ' , ' }, 'SOURCES lists no bucket'],
    [{ SOURCES: 'source-1250000000' }, 'SOURCES has a wrong entry'],
    [{ SOURCES: 'a-1250000000@ap-guangzhou,a-1250000000@ap-guangzhou' }, 'SOURCES lists a bucket twice'],
    [{ SOURCES: 'crr-dev-gz-1250000000@ap-guangzhou' }, 'SOURCES lists the state bucket'],
    [{ DESTINATIONS: 'crr-dev-gz-1250000000@ap-guangzhou' }, 'DESTINATIONS lists the state bucket'],
    [{ COS_ENDPOINT: 'http://127.0.0.1/path' }, 'COS_ENDPOINT is not an origin'],
    [{ CAUTIOUS: 'metadata,everything' }, 'CAUTIOUS has a word that is none of metadata, overlap'],
    [{ COS_ENDPOINT: 'file:///etc' }, 'COS_ENDPOINT is not an origin'],
  ])('refuses %j', (change, message) => {
    expect(() => readConfig({ ...env, ...change })).toThrow(message);
  });
});
