import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../../../../shared/errors/index.ts';
import { inLanes, type Lanes } from '../../../../../shared/replication/act/multipart/lanes.ts';

const busy = () => new ServiceError('busy', { code: 'SlowDown', retryable: true });
const always = () => true;
/** Lanes of parts that nothing halts. */
const copyAll = (parts: readonly number[], copy: (part: number) => Promise<void>, options: Lanes) =>
  inLanes(parts, (part) => copy(part).then(() => undefined), options);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('lanes', () => {
  it('copy every part once, never more at a time than there are lanes', async () => {
    const copied: number[] = [];
    let under = 0;
    let most = 0;
    const copy = async (part: number) => {
      under += 1;
      most = Math.max(most, under);
      await Promise.resolve();
      under -= 1;
      copied.push(part);
    };
    const result = await copyAll(upTo(100), copy, { lanes: 7, mayBegin: always });
    expect(result).toEqual({ done: 100, left: 0, failure: undefined });
    expect(copied.toSorted((a, b) => a - b)).toEqual(upTo(100));
    expect(most).toBe(7);
  });

  it('are held up by a slow part one at a time', async () => {
    const copied: number[] = [];
    let finish: (() => void) | undefined;
    const copy = async (part: number) => {
      if (part === 1) await new Promise<void>((resolve) => (finish = resolve));
      copied.push(part);
      if (copied.length === 19) finish?.();
    };
    await copyAll(upTo(20), copy, { lanes: 2, mayBegin: always });
    expect(copied.at(-1)).toBe(1);
  });

  it('take over a part that failed temporarily in another lane', async () => {
    const failed = new Set<number>();
    const copy = async (part: number) => {
      if (part % 10 === 0 && !failed.has(part)) {
        failed.add(part);
        throw busy();
      }
    };
    const result = await copyAll(upTo(35), copy, { lanes: 4, mayBegin: always });
    expect(result).toEqual({ done: 35, left: 0, failure: undefined });
    expect(failed.size).toBe(3);
  });

  it('ask a place that is down once each', async () => {
    let asked = 0;
    const copy = async () => {
      asked += 1;
      throw busy();
    };
    const result = await copyAll(upTo(100), copy, { lanes: 4, mayBegin: always });
    expect(asked).toBe(4);
    expect(result).toMatchObject({ done: 0, left: 100, failure: { code: 'SlowDown' } });
  });

  it('all close after a final failure', async () => {
    let asked = 0;
    const copy = async (part: number) => {
      asked += 1;
      await Promise.resolve();
      if (part === 2) throw new ServiceError('gone', { code: 'NoSuchVersion' });
    };
    const { done, left, failure } = await copyAll(upTo(100), copy, { lanes: 3, mayBegin: always });
    expect(failure).toMatchObject({ code: 'NoSuchVersion' });
    expect(done + left).toBe(100);
    expect(asked).toBeLessThan(10);
  });

  it('begin nothing when the time is over, and wait for parts in progress', async () => {
    let copied = 0;
    const copy = async () => {
      await Promise.resolve();
      copied += 1;
    };
    const result = await copyAll(upTo(100), copy, { lanes: 5, mayBegin: () => copied < 10 });
    expect(result.done).toBe(copied);
    expect(result.left).toBe(100 - copied);
    expect(result.failure).toBeUndefined();
    expect(copied).toBeLessThan(20);
  });

  it('all close after a halt, and its part is left', async () => {
    const halt = { halt: 'rules-changed' } as const;
    const copy = async (part: number) => (part === 5 ? halt : undefined);
    const result = await inLanes(upTo(100), copy, { lanes: 3, mayBegin: always });
    expect(result.halt).toEqual(halt);
    expect(result.failure).toBeUndefined();
    expect(result.done + result.left).toBe(100);
    expect(result.left).toBeGreaterThan(90);
  });
});
