import { describe, expect, it } from 'vitest';
import type { LifecycleRule } from '../../cos/index.ts';
import { BUCKET, bytes, plain, refusal, REGION, setup, START } from './setup.ts';
import { DAY, runAfter, setLifecycle } from './settings.ts';

/** `START` is 06:13 in Beijing, so the midnight after n days is 17:46:40 later. */
const MIDNIGHT = 17.8 / 24;

describe('the current version', () => {
  it('is hidden by a delete marker at the midnight after its days, not before', () => {
    const bench = setup('Enabled');
    bench.put('a');
    setLifecycle(bench, { expiration: { days: 2 } });
    expect(runAfter(bench, 2)).toEqual([]);
    expect(bench.stack('a')).toBe('v');
    expect(runAfter(bench, 2 + MIDNIGHT)).toEqual(['hidden a']);
    expect(bench.stack('a')).toBe('m v');
    expect(runAfter(bench, 2 + MIDNIGHT)).toEqual([]);
  });

  it('is removed where there is no versioning, and replaced by a null delete marker where it is suspended', () => {
    const unversioned = setup();
    const suspended = setup('Suspended');
    for (const bench of [unversioned, suspended]) {
      bench.put('a');
      setLifecycle(bench, { expiration: { days: 1 } });
      runAfter(bench, 2);
    }
    expect(unversioned.versions().entries).toEqual([]);
    expect(suspended.stack('a')).toBe('m0');
  });

  it('expires at a date when it was written before', () => {
    const bench = setup('Enabled');
    const date = Math.ceil(START / DAY) * DAY;
    bench.put('before');
    bench.clock.ms = date + 1;
    bench.put('after');
    setLifecycle(bench, { expiration: { date } });
    expect(runAfter(bench, 0)).toEqual(['hidden before']);
  });

  it.each<[string, Partial<LifecycleRule>, string[]]>([
    ['a prefix', { prefix: 'logs/' }, ['logs/1', 'logs/keep/2']],
    ['an excluded prefix', { prefix: 'logs/', notPrefix: 'logs/keep/' }, ['logs/1']],
    ['a tag', { tags: [['t', '1']] }, ['tagged']],
    ['a size', { largerThan: 6, smallerThan: 11 }, ['tagged']],
    ['the status Disabled', { enabled: false }, []],
  ])('is covered by a rule with %s, if at all', (_, filter, keys) => {
    const bench = setup();
    for (const key of ['logs/1', 'logs/keep/2']) bench.put(key, key.slice(0, 6));
    bench.put('tagged', 'tagged--', { tags: [['t', '1']] });
    setLifecycle(bench, { expiration: { days: 1 }, ...filter });
    expect(runAfter(bench, 3)).toEqual(keys.map((key) => `removed ${key}`));
  });
});

describe('noncurrent versions', () => {
  it('count their days from the write that made them noncurrent', () => {
    const bench = setup('Enabled');
    bench.put('a', '1');
    bench.clock.ms += 10 * DAY;
    bench.put('a', '2');
    bench.clock.ms += DAY;
    bench.remove('a');
    setLifecycle(bench, { noncurrentExpiration: 2 });
    expect(runAfter(bench, 0)).toEqual([]);
    expect(runAfter(bench, 2)).toEqual(['removed a']);
    expect(bench.stack('a')).toBe('m v');
    expect(runAfter(bench, 3)).toEqual(['removed a']);
    expect(bench.stack('a')).toBe('m');
  });

  it('may be delete markers', () => {
    const bench = setup('Enabled');
    bench.remove('a');
    bench.put('a');
    setLifecycle(bench, { noncurrentExpiration: 1 });
    expect(runAfter(bench, 3)).toEqual(['marker-removed a']);
  });
});

describe('a delete marker', () => {
  it('is removed once it hides nothing, and not while a version is below it', () => {
    const bench = setup('Enabled');
    bench.put('below');
    bench.remove('below');
    bench.remove('alone');
    setLifecycle(bench, { expiredMarkers: true });
    expect(runAfter(bench, 0)).toEqual(['marker-removed alone']);
    expect(bench.stack('below')).toBe('m v');
  });
});

describe('a transition', () => {
  it('moves to the coldest class that is due, with the same version ID and time', () => {
    const bench = setup('Enabled');
    const { versionId, time } = bench.put('a');
    const transitions = [
      { days: 1, storageClass: 'STANDARD_IA' },
      { days: 30, storageClass: 'ARCHIVE' },
    ];
    setLifecycle(bench, { transitions });
    expect(runAfter(bench, 2)).toEqual(['moved a']);
    expect(bench.get('a')).toMatchObject({ versionId, time, attributes: { storageClass: 'STANDARD_IA' } });
    expect(runAfter(bench, 40)).toEqual(['moved a']);
    expect(bench.get('a').attributes.storageClass).toBe('ARCHIVE');
    expect(runAfter(bench, 2)).toEqual([]);
  });

  it('to the warmest class moves nothing', () => {
    const bench = setup('Enabled');
    bench.put('a');
    bench.put('b', 'x', { storageClass: 'ARCHIVE' });
    setLifecycle(bench, { transitions: [{ days: 1, storageClass: 'STANDARD' }] });
    expect(runAfter(bench, 2)).toEqual([]);
    expect(bench.get('b').attributes.storageClass).toBe('ARCHIVE');
  });

  it('of a noncurrent version does not change the current one', () => {
    const bench = setup('Enabled');
    const old = bench.put('a', '1');
    bench.put('a', '2');
    setLifecycle(bench, { noncurrentTransitions: [{ days: 0, storageClass: 'DEEP_ARCHIVE' }] });
    expect(runAfter(bench, 1)).toEqual(['moved a']);
    expect(bench.get('a', old.versionId).attributes.storageClass).toBe('DEEP_ARCHIVE');
    expect(bench.get('a').attributes.storageClass).toBe('STANDARD');
  });
});

describe('open uploads', () => {
  it('are aborted after their days', () => {
    const bench = setup();
    const uploadId = bench.core.initiateMultipart(BUCKET, REGION, 'up', plain, bench.context());
    bench.core.uploadPart(BUCKET, REGION, 'up', { uploadId, partNumber: 1, blob: bytes('x') });
    setLifecycle(bench, { abortUploads: 3 });
    expect(runAfter(bench, 3)).toEqual([]);
    expect(runAfter(bench, 4)).toEqual(['aborted up']);
    expect(refusal(() => bench.core.listParts(BUCKET, REGION, 'up', { uploadId }))).toBe('NoSuchUpload 404');
  });
});

describe('events', () => {
  it.each([false, true])('are sent for a lifecycle only by the switch (%s)', (lifecycleEvents) => {
    const bench = setup('Enabled', { lifecycleEvents });
    bench.put('a');
    bench.put('b', '1');
    bench.put('b', '2');
    bench.events.length = 0;
    setLifecycle(bench, { prefix: 'a', expiration: { days: 1 } }, { prefix: 'b', noncurrentExpiration: 1 });
    runAfter(bench, 3);
    const told = ['cos:ObjectRemove:DeleteMarkerCreated', 'cos:ObjectRemove:Delete'];
    expect(bench.names()).toEqual(lifecycleEvents ? told : []);
  });
});

describe('a lifecycle', () => {
  const rules: readonly [string, readonly Partial<LifecycleRule>[], string][] = [
    ['no rules', [], 'MalformedXML 400'],
    ['a rule without an action', [{}], 'MalformedXML 400'],
    [
      'days and a date',
      [{ expiration: { date: 0 }, transitions: [{ days: 1, storageClass: 'ARCHIVE' }] }],
      'InvalidArgument 400',
    ],
    ['no days', [{ expiration: { days: 0 } }], 'InvalidArgument 400'],
    ['too many days', [{ noncurrentExpiration: 3651 }], 'InvalidArgument 400'],
    ['a date that is not a midnight', [{ expiration: { date: 1 } }], 'InvalidArgument 400'],
    ['an unsupported class', [{ transitions: [{ days: 1, storageClass: 'GLACIER' }] }], 'NotSupportedStorageClass 400'],
    ['an unknown class', [{ transitions: [{ days: 1, storageClass: 'WARM' }] }], 'NotSupportedStorageClass 400'],
    ['tags on delete markers', [{ tags: [['a', 'b']], expiredMarkers: true }], 'InvalidArgument 400'],
    [
      'the same ID twice',
      [
        { id: 'x', abortUploads: 1 },
        { id: 'x', abortUploads: 1 },
      ],
      'InvalidArgument 400',
    ],
    ['a thousand and one rules', Array.from({ length: 1001 }, () => ({ abortUploads: 1 })), 'MalformedXML 400'],
  ];
  it.each(rules)('with %s is refused', (_, some, code) => {
    const bench = setup();
    expect(refusal(() => setLifecycle(bench, ...some))).toBe(code);
    expect(bench.core.getSettings(BUCKET, REGION).lifecycle).toBeUndefined();
  });
});
