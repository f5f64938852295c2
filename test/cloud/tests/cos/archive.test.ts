import { describe, expect, it } from 'vitest';
import { BUCKET, refusal, REGION, setup, START, textOf } from './setup.ts';
import type { Setup } from './setup.ts';

const DAY = 24 * 60 * 60 * 1000;
const read = ({ core }: Setup, versionId?: string, customerKeyMd5?: string) =>
  core.readObject(BUCKET, REGION, 'a', versionId, customerKeyMd5);
const restore = ({ core, context }: Setup, days: number, versionId?: string) =>
  core.restoreObject(BUCKET, REGION, 'a', versionId, days, context());

describe.each(['ARCHIVE', 'DEEP_ARCHIVE'])('an object of class %s', (storageClass) => {
  it('can be seen but not read until it is restored, and read no longer than asked for', async () => {
    const bench = setup();
    bench.put('a', 'text', { storageClass });
    expect(bench.get('a').attributes.storageClass).toBe(storageClass);
    expect(refusal(() => read(bench))).toBe('InvalidObjectState 403');
    restore(bench, 2);
    expect(bench.get('a').restoredUntil).toBe(START + 2 * DAY);
    bench.clock.ms += 2 * DAY - 1;
    expect(await textOf(read(bench).blob)).toBe('text');
    bench.clock.ms += 1;
    expect(refusal(() => read(bench))).toBe('InvalidObjectState 403');
  });
});

describe('restoring', () => {
  it('sends an event when it begins and when it is done, for the named version', () => {
    const bench = setup('Enabled');
    const old = bench.put('a', 'old', { storageClass: 'ARCHIVE' });
    bench.put('a', 'new', { storageClass: 'ARCHIVE' });
    restore(bench, 1, old.versionId);
    expect(read(bench, old.versionId).versionId).toBe(old.versionId);
    expect(refusal(() => read(bench))).toBe('InvalidObjectState 403');
    expect(bench.events.slice(2)).toMatchObject([
      { name: 'cos:ObjectRestore:Post', key: 'a', versionId: old.versionId, storageClass: 'ARCHIVE' },
      { name: 'cos:ObjectRestore:Completed', key: 'a', versionId: old.versionId },
    ]);
  });

  it('is refused for other classes, for no days and for a missing object', () => {
    const bench = setup();
    expect(refusal(() => restore(bench, 1))).toBe('NoSuchKey 404');
    bench.put('a');
    expect(refusal(() => restore(bench, 1))).toBe('RestoreNonArchiveObject 405');
    bench.put('a', '', { storageClass: 'ARCHIVE' });
    expect(refusal(() => restore(bench, 0))).toBe('InvalidArgument 400');
    expect(refusal(() => restore(bench, 1.5))).toBe('InvalidArgument 400');
  });
});

it("an object encrypted with a customer's key is read with that key only", () => {
  const bench = setup();
  bench.put('a', 'text', { encryption: { algorithm: 'SSE-C', customerKeyMd5: 'a2V5' } });
  expect(refusal(() => read(bench))).toBe('SsecDecryptHeaderInvalid 400');
  expect(refusal(() => read(bench, undefined, 'b3RoZXI='))).toBe('SsecDecryptHeaderInvalid 400');
  expect(read(bench, undefined, 'a2V5').key).toBe('a');
});
