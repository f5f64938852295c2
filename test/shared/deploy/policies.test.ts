import { describe, expect, it } from 'vitest';
import { policyOf } from '../../../shared/deploy/policies.ts';
import type { RoleKind } from '../../../shared/deploy/types.ts';
import { sampleSettings } from './settings.ts';

/** Whether a role may do something, by the rules of CAM: exact actions, `*` in resources, nothing without an allow. */
function may(kind: RoleKind, action: string, resource: string, settings = sampleSettings()): boolean {
  return policyOf(kind, settings).statement.some(
    (statement) =>
      statement.action.includes(`name/cos:${action}`) &&
      statement.resource.some((pattern) =>
        pattern.endsWith('*') ? resource.startsWith(pattern.slice(0, -1)) : resource === pattern,
      ),
  );
}

const source = 'qcs::cos:ap-guangzhou:uid/1250000000:source-1250000000/a/b.jpg';
const destination = 'qcs::cos:ap-shanghai:uid/1250000000:backup-1250000000/a/b.jpg';
const state = (key: string) => `qcs::cos:ap-guangzhou:uid/1250000000:crr-dev-gz-1250000000/${key}`;

describe('engine', () => {
  it('reads sources and never writes there', () => {
    for (const action of ['GetObject', 'HeadObject', 'GetObjectTagging', 'GetObjectACL']) {
      expect(may('engine', action, source)).toBe(true);
    }
    for (const action of ['PutObject', 'DeleteObject', 'PutObjectTagging', 'PutObjectACL', 'InitiateMultipartUpload']) {
      expect(may('engine', action, source)).toBe(false);
    }
  });

  it('writes and removes at destinations', () => {
    for (const action of ['PutObject', 'HeadObject', 'DeleteObject', 'PutObjectTagging', 'UploadPart', 'GetObject']) {
      expect(may('engine', action, destination)).toBe(true);
    }
  });

  it('writes to a source that is a destination too', () => {
    const settings = sampleSettings({ destinations: ['source-1250000000@ap-guangzhou'] });
    expect(may('engine', 'PutObject', source, settings)).toBe(true);
  });

  it('never changes a bucket itself', () => {
    const actions = policyOf('engine', sampleSettings()).statement.flatMap(({ action }) => action);
    expect(actions.filter((action) => /:(Put|Delete)Bucket/.test(action))).toEqual([]);
  });

  it.each(['tasks/1', 'waiting/1', 'leases/1', 'status/1'])('owns %s', (key) => {
    for (const action of ['GetObject', 'HeadObject', 'PutObject', 'DeleteObject']) {
      expect(may('engine', action, state(key))).toBe(true);
    }
  });

  it('reads rules but does not write them, and has nothing to do with keys', () => {
    expect(may('engine', 'GetObject', state('rules/source-1250000000'))).toBe(true);
    expect(may('engine', 'PutObject', state('rules/source-1250000000'))).toBe(false);
    expect(may('engine', 'GetObject', state('keys/AKID'))).toBe(false);
    expect(may('engine', 'HeadObject', state('keys/AKID'))).toBe(false);
  });
});

describe('api', () => {
  it('reads keys and writes rules', () => {
    expect(may('api', 'GetObject', state('keys/AKID'))).toBe(true);
    expect(may('api', 'PutObject', state('keys/AKID'))).toBe(false);
    expect(may('api', 'PutObject', state('rules/source-1250000000'))).toBe(true);
    expect(may('api', 'DeleteObject', state('rules/source-1250000000'))).toBe(true);
  });

  it('sees buckets and what versions there are, but no bytes and nothing to change', () => {
    for (const bucket of [source, destination]) {
      for (const action of ['HeadBucket', 'GetBucketVersioning', 'GetBucketObjectVersions', 'HeadObject']) {
        expect(may('api', action, bucket)).toBe(true);
      }
      for (const action of ['GetObject', 'PutObject', 'DeleteObject']) expect(may('api', action, bucket)).toBe(false);
    }
    expect(may('api', 'GetObjectTagging', source)).toBe(true);
  });

  it('tries destinations under a prefix of its own, and no source', () => {
    const probe = (bucket: string) => bucket.replace('a/b.jpg', '.replication-preflight/1');
    for (const action of ['GetObject', 'PutObject', 'DeleteObject']) {
      expect(may('api', action, probe(destination))).toBe(true);
      expect(may('api', action, probe(source))).toBe(false);
    }
    expect(may('api', 'PutObject', state('status/preflight/backup-1250000000'))).toBe(true);
    expect(may('api', 'PutObject', state('status/scan'))).toBe(false);
  });

  it('starts and reads work, reads leases, and changes none', () => {
    for (const key of ['tasks/1', 'waiting/1']) expect(may('api', 'PutObject', state(key))).toBe(true);
    expect(may('api', 'GetObject', state('leases/1'))).toBe(true);
    expect(may('api', 'PutObject', state('leases/1'))).toBe(false);
    expect(may('api', 'DeleteObject', state('leases/1'))).toBe(false);
  });
});

it('names the account of a destination in another account', () => {
  const settings = sampleSettings({ destinations: ['theirs-1250000001@ap-shanghai'] });
  expect(may('engine', 'PutObject', 'qcs::cos:ap-shanghai:uid/1250000001:theirs-1250000001/a', settings)).toBe(true);
});
