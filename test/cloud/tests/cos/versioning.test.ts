import { describe, expect, it } from 'vitest';
import { timeOfVersionId } from '../../cos/index.ts';
import { mintVersionId } from '../../cos/version-id.ts';
import { BUCKET, failure, refusal, REGION, setup, START, textOf } from './setup.ts';

describe('version IDs', () => {
  it('are unpadded base64 of 2^64-1 minus microseconds, as in the published sample', () => {
    expect(mintVersionId(1_607_571_344_794_606)).toBe('MTg0NDUxMzY1MDIzNjQ3NTcwMDk');
    expect(timeOfVersionId('MTg0NDUxMzY1MDIzNjQ3NTcwMDk')).toBe(1_607_571_344_794_606);
  });

  it.each(['', 'null', 'not an ID', 'OTk5OTk5OTk5OTk5OTk5OTk5OTk'])('do not include %j', (text) => {
    expect(timeOfVersionId(text)).toBeUndefined();
  });

  it('always decrease, even when the clock stops or goes back', () => {
    const { put, clock } = setup('Enabled');
    const first = put('a');
    const second = put('b');
    clock.ms -= 5000;
    const third = put('a');
    clock.ms += 9000;
    const fourth = put('a');
    const times = [first, second, third, fourth].map((version) => timeOfVersionId(version.versionId) ?? 0);
    expect(times[0]).toBe(START * 1000);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    expect(fourth.time).toBe((START + 4000) * 1000);
  });

  it('are the same for the same calls', () => {
    expect(setup('Enabled').put('a').versionId).toBe(setup('Enabled').put('a').versionId);
  });
});

describe('a bucket that never had versioning', () => {
  it('keeps one version, null', async () => {
    const { put, get, stack, core } = setup();
    expect(core.getVersioning(BUCKET, REGION)).toBeUndefined();
    put('a', 'one');
    expect(put('a', 'two').versionId).toBe('null');
    expect(stack('a')).toBe('v0');
    expect(await textOf(get('a').blob)).toBe('two');
    expect(get('a', 'null').etag).toBe(get('a').etag);
  });

  it('removes its object for good', () => {
    const { put, get, remove, stack } = setup();
    put('a');
    expect(remove('a')).toEqual({ versionId: undefined, deleteMarker: false });
    expect(stack('a')).toBe('');
    expect(failure(() => get('a'))).toMatchObject({ code: 'NoSuchKey', status: 404, deleteMarker: false });
    expect(remove('a')).toEqual({ versionId: undefined, deleteMarker: false });
  });

  it('removes the version null by its ID', () => {
    const { put, remove, stack } = setup();
    put('a');
    expect(remove('a', 'null')).toEqual({ versionId: 'null', deleteMarker: false });
    expect(stack('a')).toBe('');
  });
});

describe('a bucket with versioning', () => {
  it('keeps every version, and the null one from before', async () => {
    const { put, get, versioning, stack } = setup();
    put('a', 'zero');
    versioning('Enabled');
    const one = put('a', 'one');
    put('a', 'two');
    expect(stack('a')).toBe('v v v0');
    expect(await textOf(get('a').blob)).toBe('two');
    expect(await textOf(get('a', one.versionId).blob)).toBe('one');
    expect(await textOf(get('a', 'null').blob)).toBe('zero');
  });

  it('puts a delete marker on top, even of nothing and of another delete marker', () => {
    const { put, get, remove, stack } = setup('Enabled');
    put('a');
    const marker = remove('a');
    expect(marker).toEqual({ versionId: expect.stringMatching(/^[A-Za-z0-9]{27}$/), deleteMarker: true });
    remove('a');
    remove('b');
    expect(stack('a')).toBe('m m v');
    expect(stack('b')).toBe('m');
    expect(failure(() => get('a'))).toMatchObject({ code: 'NoSuchKey', status: 404, deleteMarker: true });
    expect(failure(() => get('a', marker.versionId))).toMatchObject({
      code: 'NoSuchKey',
      status: 404,
      deleteMarker: true,
      versionId: marker.versionId,
    });
  });

  it('makes an object current again when its delete marker is removed by ID', async () => {
    const { put, get, remove, stack } = setup('Enabled');
    put('a', 'one');
    const marker = remove('a');
    expect(remove('a', marker.versionId)).toEqual({ versionId: marker.versionId, deleteMarker: true });
    expect(stack('a')).toBe('v');
    expect(await textOf(get('a').blob)).toBe('one');
  });

  it('makes the version below current when the newest is removed by ID', () => {
    const { put, get, remove } = setup('Enabled');
    const one = put('a', 'one');
    const two = put('a', 'two');
    expect(remove('a', two.versionId)).toEqual({ versionId: two.versionId, deleteMarker: false });
    expect(get('a').versionId).toBe(one.versionId);
    expect(refusal(() => get('a', two.versionId))).toBe('NoSuchVersion 404');
    expect(remove('a', two.versionId)).toEqual({ versionId: two.versionId, deleteMarker: false });
  });

  it('treats an empty version ID as none', () => {
    const { put, remove, get, stack } = setup('Enabled');
    const { versionId } = put('a');
    expect(get('a', '').versionId).toBe(versionId);
    expect(remove('a', '').deleteMarker).toBe(true);
    expect(stack('a')).toBe('m v');
  });

  it('deletes nothing by an empty version ID where the switch says so', () => {
    const { core, put, remove, stack } = setup('Enabled');
    core.switches.refuseEmptyVersionId = true;
    put('a');
    expect(refusal(() => remove('a', ''))).toBe('InvalidArgument 400');
    expect(stack('a')).toBe('v');
  });
});

describe('suspended versioning', () => {
  it('writes null on top and only replaces null', async () => {
    const { put, get, versioning, stack } = setup('Enabled');
    const one = put('a', 'one');
    versioning('Suspended');
    expect(put('a', 'null one').versionId).toBe('null');
    put('a', 'null two');
    expect(stack('a')).toBe('v0 v');
    expect(await textOf(get('a').blob)).toBe('null two');
    expect(await textOf(get('a', one.versionId).blob)).toBe('one');
  });

  it('puts a new null above versions written since the old one', () => {
    const { put, versioning, stack } = setup('Suspended');
    put('a');
    versioning('Enabled');
    put('a');
    versioning('Suspended');
    expect(stack('a')).toBe('v v0');
    put('a');
    expect(stack('a')).toBe('v0 v');
  });

  it('replaces null by a delete marker named null on a deletion, and keeps the rest', () => {
    const { put, get, remove, versioning, stack } = setup('Enabled');
    put('a');
    versioning('Suspended');
    put('a');
    expect(remove('a')).toEqual({ versionId: 'null', deleteMarker: true });
    expect(stack('a')).toBe('m0 v');
    expect(failure(() => get('a'))).toMatchObject({ code: 'NoSuchKey', deleteMarker: true, versionId: 'null' });
    put('a');
    expect(stack('a')).toBe('v0 v');
    remove('a');
    expect(remove('a', 'null')).toEqual({ versionId: 'null', deleteMarker: true });
    expect(stack('a')).toBe('v');
  });

  it('can be the first state ever set, and be enabled again', () => {
    const { put, versioning, stack, core } = setup('Suspended');
    put('a');
    versioning('Enabled');
    put('a');
    expect(stack('a')).toBe('v v0');
    expect(core.headBucket(BUCKET, REGION).versioning).toBe('Enabled');
  });
});
