import { describe, expect, it } from 'vitest';
import type { ObjectHead } from '../../../../shared/cos/index.ts';
import { unlike } from '../../../../shared/replication/index.ts';

const head = (change: Partial<ObjectHead> = {}): ObjectHead => ({
  versionId: 'null',
  etag: '"e"',
  size: 1,
  lastModified: 0,
  crc64: '1',
  storageClass: 'STANDARD',
  headers: { 'content-type': 'text/plain' },
  meta: { a: '1' },
  encryption: undefined,
  restore: undefined,
  ...change,
});
const other = head({ headers: { 'content-type': 'text/plain;charset=utf-8' } });

describe('replicas of a null version', () => {
  it('differ from it by metadata, headers or class, in whatever order they come', () => {
    const original = head({ meta: { a: '1', b: '2' } });
    const replicas = [
      head({ meta: { b: '2', a: '1' } }),
      head(),
      other,
      head({ ...original, storageClass: 'ARCHIVE' }),
    ];
    expect([...unlike(original, replicas, 'STANDARD')]).toEqual([1, 2, 3]);
    expect([...unlike(original, replicas, undefined)]).toEqual([1, 2]);
  });

  it('count as equal when three copies had the same difference, so that copying ends', () => {
    expect([...unlike(head(), [other, other], 'STANDARD')]).toEqual([0, 1]);
    expect([...unlike(head(), [other, other, other], 'STANDARD')]).toEqual([1, 2]);
    expect([...unlike(head(), [other, head({ meta: {} }), other], 'STANDARD')]).toEqual([0, 1, 2]);
  });
});
