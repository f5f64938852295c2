import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LifecycleRule } from '../cloud/cos/index.ts';
import { ruleOf } from '../cloud/tests/cos/settings.ts';
import type { TestBucket } from '../contract/driver.ts';
import { causesIn, expectSame, openPair, shapeOf, skippedIn, type Pair } from './pair.ts';

const DAY = 86_400_000;

let pair: Pair;
beforeEach(async () => {
  pair = await openPair();
  await pair.setRule();
});
afterEach(() => pair.close());

const core = () => pair.driver.cloud?.core ?? expect.fail('these tests need the local cloud');
function ages(bucket: TestBucket, some: Partial<LifecycleRule>, days = 3): readonly string[] {
  core().configureBucket(bucket.name, bucket.region, { lifecycle: [ruleOf(some)] });
  return core()
    .runLifecycle({ ahead: days * DAY })
    .map(({ action }) => action);
}
const put = async (text: string, headers: Record<string, string> = {}): Promise<void> => {
  await pair.source.put('k', text, headers);
  await pair.deliver();
};

describe('a lifecycle at the source', () => {
  it('hides nothing at the destination, and the next write is replicated', async () => {
    await put('1');
    expect(ages(pair.source, { expiration: { days: 1 } })).toEqual(['hidden']);
    await pair.deliver();
    expect(await shapeOf(pair.destination, 'k')).toBe('v');
    await put('2');
    await expectSame(pair, 'k');
  });

  it('hides the replica where COS sends its events', async () => {
    core().switches.lifecycleEvents = true;
    await put('1');
    ages(pair.source, { expiration: { days: 1 } });
    await pair.deliver();
    expect(await shapeOf(pair.destination, 'k')).toBe('m v');
    await put('2');
    await expectSame(pair, 'k');
  });

  it.each([false, true])(
    'removes no replica together with the source version (COS sends its event: %s)',
    async (told) => {
      core().switches.lifecycleEvents = told;
      await put('1');
      await put('2');
      expect(ages(pair.source, { noncurrentExpiration: 1 })).toEqual(['removed']);
      await pair.deliver();
      expect(await shapeOf(pair.destination, 'k')).toBe('v v');
      await put('3');
      await expectSame(pair, 'k');
      expect(await shapeOf(pair.destination, 'k')).toBe('v v v');
    },
  );

  it('that removes a version before it was copied costs that version alone', async () => {
    await pair.source.put('k', '1');
    await pair.source.put('k', '2');
    expect(ages(pair.source, { noncurrentExpiration: 1 })).toEqual(['removed']);
    await pair.deliver();
    await expectSame(pair, 'k');
    expect(await shapeOf(pair.destination, 'k')).toBe('v');
    expect(causesIn(pair)).toEqual([]);
  });

  it('that archives a version before it was copied has it skipped with its reason', async () => {
    await pair.source.put('k', '1');
    expect(ages(pair.source, { transitions: [{ days: 0, storageClass: 'ARCHIVE' }] })).toEqual(['moved']);
    await pair.deliver();
    expect(skippedIn(pair).map(({ reason }) => reason)).toContain('archived');
    await put('2');
    await expectSame(pair, 'k');
  });

  it('that archives a replicated version changes nothing at the destination', async () => {
    await put('1');
    ages(pair.source, { transitions: [{ days: 0, storageClass: 'DEEP_ARCHIVE' }] });
    await pair.deliver();
    expect((await pair.destination.must('GET', 'k')).body.toString()).toBe('1');
    expect((await pair.destination.must('HEAD', 'k')).headers['x-cos-storage-class']).toBeUndefined();
  });
});

describe('a lifecycle at the destination', () => {
  it.each([false, true])(
    'that hides replicas is left alone (COS sends its event: %s), and the next write shows',
    async (told) => {
      core().switches.lifecycleEvents = told;
      await put('1');
      expect(ages(pair.destination, { expiration: { days: 1 } })).toEqual(['hidden']);
      await pair.deliver();
      expect(await shapeOf(pair.destination, 'k')).toBe('m v');
      await put('2');
      await expectSame(pair, 'k');
      expect(await shapeOf(pair.destination, 'k')).toBe('v m v');
    },
  );

  it('that removes noncurrent replicas is not undone', async () => {
    await put('1');
    await put('2');
    expect(ages(pair.destination, { noncurrentExpiration: 1 })).toEqual(['removed']);
    await put('3');
    await expectSame(pair, 'k');
    expect(await shapeOf(pair.destination, 'k')).toBe('v v');
  });

  it('that archives replicas does not stop newer ones', async () => {
    await put('1');
    expect(ages(pair.destination, { transitions: [{ days: 0, storageClass: 'ARCHIVE' }] })).toEqual(['moved']);
    await put('2');
    await expectSame(pair, 'k');
    expect(await shapeOf(pair.destination, 'k')).toBe('v v');
  });

  it('that has removed all replicas of a key makes the next write bring its whole history back, in order', async () => {
    await put('1');
    await put('2');
    await pair.source.must('DELETE', 'k');
    await pair.deliver();
    const all = { noncurrentExpiration: 1, expiredMarkers: true };
    ages(pair.destination, all);
    ages(pair.destination, all);
    expect(await shapeOf(pair.destination, 'k')).toBe('');
    await put('3');
    await expectSame(pair, 'k');
    expect(await shapeOf(pair.destination, 'k')).toBe('v m v v');
    ages(pair.destination, all);
    await put('4');
    expect(await shapeOf(pair.destination, 'k')).toBe('v v');
  });
});
