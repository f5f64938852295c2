import { describe, expect, it } from 'vitest';
import { policyOf } from '../../../../shared/deploy/roles/policies.ts';
import type { RoleKind } from '../../../../shared/deploy/types.ts';
import { sampleSettings } from '../settings.ts';

const ON_OBJECTS = ['HeadObject', 'GetObject', 'PutObject', 'DeleteObject'];

/** The actions on objects of the state bucket that a role may do. */
const ofState = (kind: RoleKind, key: string): string =>
  ON_OBJECTS.filter((action) => may(kind, action, state(key)))
    .map((action) => action.replace('Object', ''))
    .join(' ');

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
    for (const action of ['GetObject', 'HeadObject', 'GetObjectTagging']) {
      expect(may('engine', action, source)).toBe(true);
    }
    for (const action of ['PutObject', 'DeleteObject', 'PutObjectTagging', 'DeleteObjectTagging', 'PutObjectACL']) {
      expect(may('engine', action, source)).toBe(false);
    }
  });

  it('writes and removes at destinations', () => {
    for (const action of ['PutObject', 'HeadObject', 'DeleteObject', 'UploadPart', 'GetObject']) {
      expect(may('engine', action, destination)).toBe(true);
    }
    for (const action of ['PutObjectTagging', 'DeleteObjectTagging']) {
      expect(may('engine', action, destination)).toBe(true);
    }
  });

  it.each([
    [undefined, true],
    [false, false],
  ])('reads ACLs and writes those of replicas where serverless.yml says acl: %s', (acl, allowed) => {
    const settings = sampleSettings(acl === undefined ? {} : { acl });
    for (const kind of ['engine', 'scan'] as const) {
      expect(may(kind, 'GetObjectACL', source, settings)).toBe(allowed);
      expect(may(kind, 'GetObjectACL', destination, settings)).toBe(allowed);
      expect(may(kind, 'PutObjectACL', destination, settings)).toBe(allowed);
      expect(may(kind, 'PutObjectACL', source, settings)).toBe(false);
    }
    for (const kind of ['api', 'schedule'] as const) expect(may(kind, 'GetObjectACL', source, settings)).toBe(false);
  });

  it("reads and writes ACLs of a destination that is also a source, where it copies others' versions", () => {
    const buckets = ['source-1250000000@ap-guangzhou', 'backup-1250000000@ap-shanghai'];
    const settings = sampleSettings({ acl: false, sources: buckets, destinations: buckets });
    for (const kind of ['engine', 'scan'] as const) {
      for (const action of ['GetObjectACL', 'PutObjectACL'])
        expect(may(kind, action, destination, settings)).toBe(true);
    }
  });

  it('writes to a source that is a destination too', () => {
    const settings = sampleSettings({
      destinations: ['source-1250000000@ap-guangzhou', 'backup-1250000000@ap-shanghai'],
    });
    expect(may('engine', 'PutObject', source, settings)).toBe(true);
  });

  it('never changes a bucket itself', () => {
    const actions = policyOf('engine', sampleSettings()).statement.flatMap(({ action }) => action);
    expect(actions.filter((action) => /:(Put|Delete)Bucket/.test(action))).toEqual([]);
  });

  it.each([
    ['rules/source-1250000000', 'Get'],
    ['tasks/1', 'Get Put Delete'],
    ['waiting/1', 'Put Delete'],
    ['leases/1', 'Get Put Delete'],
    ['marks/1', ''],
    ['examined/1', 'Get Put'],
    ['status/preflight/1', 'Get'],
    ['status/marker/1', 'Get Put'],
    ['status/canary/source-1250000000/1', 'Get'],
    ['status/checks/buckets', ''],
    ['status/live/source-1250000000', ''],
    ['secrets/marker-key/1', 'Get'],
    ['secrets/other', ''],
    ['keys/AKID', ''],
  ])('may do to %s: %s', (key, actions) => {
    expect(ofState('engine', key)).toBe(actions);
  });

  it('keeps records of delete markers only where a destination is also a source', () => {
    const settings = sampleSettings({
      destinations: ['backup-1250000000@ap-shanghai', 'source-1250000000@ap-guangzhou'],
    });
    const key = 'qcs::cos:ap-guangzhou:uid/1250000000:crr-dev-gz-1250000000/marks/1';
    expect(['Put', 'Delete'].map((verb) => may('engine', `${verb}Object`, key, settings))).toEqual([true, true]);
  });

  it('asks whether destinations keep versions, and nothing else of a bucket itself', () => {
    expect(may('engine', 'GetBucketVersioning', destination)).toBe(true);
    expect(may('engine', 'GetBucketVersioning', source)).toBe(false);
    for (const bucket of [source, destination]) expect(may('engine', 'HeadBucket', bucket)).toBe(false);
  });
});

describe('schedule', () => {
  it.each([
    ['tasks/1', 'Get Put'],
    ['waiting/1', 'Get Delete'],
    ['leases/1', 'Get'],
    ['rules/source-1250000000', 'Head Get'],
    ['scans/1', 'Put Delete'],
    ['pairs/1', 'Get Put Delete'],
    ['asked/1', 'Get Delete'],
    ['paused/1', 'Get'],
    ['status/checks/functions', 'Get Put'],
    ['status/live/source-1250000000', 'Get Put'],
    ['live/1', 'Get Delete'],
    ['status/preflight/1', ''],
    ['ranges/1', ''],
    ['keys/AKID', ''],
    ['secrets/status-key', 'Get'],
    ['secrets/marker-key/1', ''],
  ])('may do to %s: %s', (key, actions) => {
    expect(ofState('schedule', key)).toBe(actions);
  });

  it('has no right on any source, and on a destination only for the status that it leaves there', () => {
    const outside = policyOf('schedule', sampleSettings()).statement.filter(
      ({ resource }) => !resource.every((one) => one.includes(':crr-dev-gz-1250000000/')),
    );
    expect(outside).toEqual([
      {
        effect: 'allow',
        action: ['HeadObject', 'GetObject', 'PutObject', 'DeleteObject'].map((verb) => `name/cos:${verb}`),
        resource: ['qcs::cos:ap-shanghai:uid/1250000000:backup-1250000000/.replication-status/*'],
      },
      {
        effect: 'allow',
        action: ['name/scf:GetFunction', 'name/scf:GetReservedConcurrencyConfig'],
        resource: ['qcs::scf:ap-guangzhou::namespace/default/function/cos-replication-dev-*'],
      },
    ]);
  });
});

describe('schedule, where a source has canaries', () => {
  const settings = sampleSettings({
    sources: ['source-1250000000@ap-guangzhou', 'other-1250000000@ap-guangzhou'],
    canary: { sources: ['source-1250000000@ap-guangzhou'] },
  });
  const below = (place: string): string => place.replace('a/b.jpg', '.replication-canary/x');

  it('writes and removes them there, removes them at destinations, and does nothing else', () => {
    const allowed = (place: string) => ON_OBJECTS.filter((action) => may('schedule', action, place, settings)).sort();
    expect(allowed(below(source))).toEqual(['DeleteObject', 'HeadObject', 'PutObject']);
    expect(allowed(below(destination))).toEqual(['DeleteObject', 'HeadObject']);
    expect(allowed(below(source).replace(':source-', ':other-'))).toEqual([]);
    expect([...allowed(source), ...allowed(destination)]).toEqual([]);
    expect(may('schedule', 'GetBucketObjectVersions', source, settings)).toBe(false);
  });

  it('has no such right without them', () => {
    for (const place of [source, destination])
      for (const action of ON_OBJECTS) expect(may('schedule', action, below(place))).toBe(false);
  });
});

describe('scan', () => {
  it.each([
    ['status/checks/buckets', 'Get Put'],
    ['status/preflight/1', 'Get'],
    ['status/marker/1', 'Get Put'],
    ['status/canary/source-1250000000/1', ''],
    ['status/live/source-1250000000', ''],
    ['live/1', 'Put'],
    ['rules/source-1250000000', 'Get'],
    ['tasks/1', 'Put'],
    ['waiting/1', 'Put'],
    ['leases/1', 'Get Put Delete'],
    ['scans/1', 'Get Put Delete'],
    ['pairs/1', 'Get Put Delete'],
    ['ranges/1', 'Get Put Delete'],
    ['paused/1', 'Get'],
    ['asked/1', ''],
    ['keys/AKID', ''],
  ])('may do to %s: %s', (key, actions) => {
    expect(ofState('scan', key)).toBe(actions);
  });

  it('may do to sources and destinations the same as an event except copies in parts, may read their lifecycles, and no more', () => {
    const ofBuckets = (kind: 'scan' | 'engine') =>
      policyOf(kind, sampleSettings()).statement.filter(({ resource }) => !resource.join().includes(':crr-dev-gz-'));
    const lifecycle = 'name/cos:GetBucketLifecycle';
    const isOfParts = (action: string): boolean => /MultipartUpload$|:UploadPart$|:ListParts$/.test(action);
    expect(ofBuckets('scan').every(({ action }) => action.includes(lifecycle))).toBe(true);
    expect(ofBuckets('engine').map(({ action }) => action.filter(isOfParts).length)).toEqual([0, 5]);
    expect(
      ofBuckets('scan').map((one) => ({ ...one, action: one.action.filter((name) => name !== lifecycle) })),
    ).toEqual(ofBuckets('engine').map((one) => ({ ...one, action: one.action.filter((name) => !isOfParts(name)) })));
  });
});

describe('api', () => {
  it.each([
    ['pairs/1', 'Get'],
    ['asked/1', 'Get Put'],
    ['paused/1', 'Get Put Delete'],
    ['scans/1', ''],
    ['keys/AKID', 'Get'],
    ['rules/source-1250000000', 'Head Get Put Delete'],
    ['tasks/1', 'Get Put'],
    ['waiting/1', 'Get Delete'],
    ['leases/1', 'Get'],
    ['marks/1', ''],
    ['status/preflight/1', 'Put'],
    ['status/checks/buckets', 'Get'],
    ['status/live/source-1250000000', 'Get'],
    ['live/1', ''],
    ['secrets/marker-key/1', 'Get'],
    ['secrets/other', ''],
    ['status/scan', ''],
  ])('may do to %s: %s', (key, actions) => {
    expect(ofState('api', key)).toBe(actions);
  });

  it('sees buckets and their versions, but may read no bytes and change nothing', () => {
    for (const bucket of [source, destination]) {
      for (const action of ['GetBucketVersioning', 'GetBucketObjectVersions', 'HeadObject', 'GetObjectTagging']) {
        expect(may('api', action, bucket)).toBe(true);
      }
      for (const action of ['GetObject', 'PutObject', 'DeleteObject']) expect(may('api', action, bucket)).toBe(false);
    }
    expect(may('api', 'HeadBucket', destination)).toBe(true);
    expect(may('api', 'HeadBucket', source)).toBe(false);
  });

  it("reads whether a source has rules of COS's own, which no other role may, and changes none", () => {
    expect(may('api', 'GetBucketReplication', source)).toBe(true);
    expect(may('api', 'GetBucketReplication', destination)).toBe(false);
    for (const kind of ['engine', 'schedule', 'scan'] as const)
      expect(may(kind, 'GetBucketReplication', source)).toBe(false);
    for (const action of ['PutBucketReplication', 'DeleteBucketReplication'])
      expect(may('api', action, source)).toBe(false);
  });

  it('tries destinations under a prefix of its own, and no source', () => {
    const probe = (bucket: string) => bucket.replace('a/b.jpg', '.replication-preflight/1');
    for (const action of ['GetObject', 'PutObject', 'DeleteObject']) {
      expect(may('api', action, probe(destination))).toBe(true);
      expect(may('api', action, probe(source))).toBe(false);
    }
  });
});

describe('the marker keys of other deployments', () => {
  const others = 'qcs::cos:ap-shanghai:uid/1250000000:crr-dev-sh-1250000000/secrets/marker-key/1';

  it('are read where their replicas occur, and never written', () => {
    const both = ['source-1250000000@ap-guangzhou', 'backup-1250000000@ap-shanghai'];
    const settings = sampleSettings({ sources: both, destinations: both.toReversed() });
    for (const kind of ['engine', 'api'] as const) {
      expect(ON_OBJECTS.filter((action) => may(kind, action, others, settings))).toEqual(['GetObject']);
      expect(may(kind, 'GetBucket', others, settings)).toBe(true);
    }
  });

  it("are read in a chain too, by the deployment that replicates another one's replicas further", () => {
    const settings = sampleSettings({
      sources: ['first-1250000000@ap-shanghai', 'source-1250000000@ap-guangzhou'],
      destinations: ['source-1250000000@ap-guangzhou', 'last-1250000000@ap-beijing'],
    });
    expect(settings.signers).toEqual([{ bucket: 'crr-dev-sh-1250000000', region: 'ap-shanghai' }]);
    expect(may('engine', 'GetObject', others, settings)).toBe(true);
  });

  it('are not readable where replication goes one way', () => {
    const sources = ['source-1250000000@ap-guangzhou', 'second-1250000000@ap-shanghai'];
    for (const kind of ['engine', 'api'] as const)
      expect(may(kind, 'GetObject', others, sampleSettings({ sources }))).toBe(false);
  });
});

it('names the account of a destination in another account', () => {
  const settings = sampleSettings({ destinations: ['theirs-1250000001@ap-shanghai'] });
  expect(may('engine', 'PutObject', 'qcs::cos:ap-shanghai:uid/1250000001:theirs-1250000001/a', settings)).toBe(true);
});
