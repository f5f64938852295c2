import { describe, expect, it } from 'vitest';
import { BUCKET, bytes, plain, refusal, REGION, setup, textOf } from './setup.ts';
import type { Setup } from './setup.ts';
import { runAfter, setLifecycle } from './settings.ts';

const append = ({ core, context }: Setup, key: string, position: number, text: string, some = {}) =>
  core.appendObject(BUCKET, REGION, key, { position, blob: bytes(text) }, { ...plain, ...some }, context());

describe('an append', () => {
  it('begins an object and continues at its end', async () => {
    const bench = setup();
    append(bench, 'a', 0, 'one', { meta: { n: '1' } });
    append(bench, 'a', 3, 'two', { meta: { n: '2' }, storageClass: 'ARCHIVE' });
    const { blob, attributes } = bench.get('a');
    expect(await textOf(blob)).toBe('onetwo');
    expect(attributes).toMatchObject({ meta: { n: '1' }, storageClass: 'STANDARD' });
    expect(bench.names()).toEqual(['cos:ObjectCreated:Append', 'cos:ObjectCreated:Append']);
  });

  it('is refused at another position, on another kind of object, and in the tiering class', () => {
    const bench = setup();
    append(bench, 'a', 0, 'one');
    expect(refusal(() => append(bench, 'a', 0, 'x'))).toBe('AppendPositionErr 409');
    expect(refusal(() => append(bench, 'b', 1, 'x'))).toBe('AppendPositionErr 409');
    expect(refusal(() => append(bench, 'b', -1, 'x'))).toBe('InvalidArgument 400');
    bench.put('c');
    expect(refusal(() => append(bench, 'c', 1, 'x'))).toBe('ObjectNotAppendable 409');
    const tiering = { storageClass: 'INTELLIGENT_TIERING' };
    expect(refusal(() => append(bench, 'd', 0, 'x', tiering))).toBe('InvalidRequest 400');
    expect(bench.list().entries.map(({ key }) => key)).toEqual(['a', 'c']);
  });

  it('changes the null version in place where there is versioning', () => {
    const bench = setup('Enabled');
    bench.put('a');
    bench.remove('a');
    const first = append(bench, 'a', 0, 'one');
    expect(bench.stack('a')).toBe('v0 m v');
    const second = append(bench, 'a', 3, 'two');
    expect(bench.stack('a')).toBe('v0 m v');
    expect(second).toMatchObject({ versionId: 'null', appendable: true });
    expect(second.time).toBeGreaterThan(first.time);
    expect(second.etag).not.toBe(first.etag);
    expect(bench.put('a').appendable).toBeUndefined();
    expect(bench.stack('a')).toBe('v v0 m v');
    expect(refusal(() => append(bench, 'a', 1, 'x'))).toBe('ObjectNotAppendable 409');
  });

  it('is refused there by a switch', () => {
    const bench = setup('Enabled', { appendOnVersioned: 'refused' });
    expect(refusal(() => append(bench, 'a', 0, 'one'))).toBe('InvalidBucketState 409');
  });
});

describe('an appended object', () => {
  const copy = ({ core, context }: Setup) =>
    core.copyObject(
      BUCKET,
      REGION,
      'copy',
      { bucket: BUCKET, region: REGION, key: 'a' },
      { replaceMetadata: false, replaceTags: false, attributes: plain },
      context(),
    ).version;

  it('cannot be copied, unless by a switch', () => {
    const bench = setup();
    append(bench, 'a', 0, 'one');
    expect(refusal(() => copy(bench))).toBe('InvalidRequest 400');
    const free = setup(undefined, { copyAppendable: true });
    append(free, 'a', 0, 'one');
    expect(copy(free).appendable).toBeUndefined();
  });

  it('is left alone by a lifecycle', () => {
    const bench = setup();
    append(bench, 'a', 0, 'one');
    setLifecycle(bench, { expiration: { days: 1 } });
    expect(runAfter(bench, 30)).toEqual([]);
  });
});
