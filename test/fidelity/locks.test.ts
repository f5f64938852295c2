import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { causesIn, expectSame, openPair, shapeOf, type Pair } from './pair.ts';

let pair: Pair;
beforeEach(async () => {
  pair = await openPair();
  await pair.setRule();
});
afterEach(() => pair.close());

const lock = (which: 'source' | 'destination') => {
  const { name, region } = pair[which];
  pair.driver.cloud?.core.configureBucket(name, region, { objectLock: { defaultDays: 1 } });
};

describe('object lock at the destination', () => {
  beforeEach(() => lock('destination'));

  it('locks every replica, which can still be superseded and hidden', async () => {
    await pair.source.put('k', '1');
    await pair.source.put('k', '2');
    await pair.deliver();
    const replica = await expectSame(pair, 'k');
    expect(replica.headers['x-cos-object-lock-mode']).toBe('COMPLIANCE');
    await pair.source.must('DELETE', 'k');
    await pair.deliver();
    await pair.source.put('k', '3');
    await pair.deliver();
    await expectSame(pair, 'k');
    expect(await shapeOf(pair.destination, 'k')).toBe('v m v v');
    expect(causesIn(pair)).toEqual([]);
  });

  it('keeps a replica that is in the wrong place; it waits and hides nothing newer', async () => {
    const archived = await pair.source.put('k', '1', { 'x-cos-storage-class': 'ARCHIVE' });
    await pair.source.put('k', '2');
    await pair.deliver();
    const restore = {
      query: { restore: '', versionId: archived },
      body: '<RestoreRequest><Days>1</Days></RestoreRequest>',
    };
    await pair.source.must('POST', 'k', restore);
    await pair.deliver();
    // The second version was put on top again, and its first copy cannot be removed yet.
    expect((await pair.destination.must('GET', 'k')).body.toString()).toBe('2');
    expect(await shapeOf(pair.destination, 'k')).toBe('v v v');
    expect(causesIn(pair)).toEqual(['ObjectLocked']);
    await pair.source.put('k', '3');
    await pair.deliver();
    expect((await pair.destination.must('GET', 'k')).body.toString()).toBe('3');
  });
});

describe('object lock at the source', () => {
  it('is not carried over', async () => {
    lock('source');
    await pair.source.put('k', 'x');
    await pair.deliver();
    expect((await expectSame(pair, 'k')).headers['x-cos-object-lock-mode']).toBeUndefined();
  });
});
