import { describe, expect, it } from 'vitest';
import type { Observation } from '../../job/observe.ts';
import { awaitAgreement, unlessAborted } from '../../job/wait.ts';

function observation(open: number, arrived: number): Observation {
  const entry = { key: 'k', versionId: 'v', deleteMarker: false, isLatest: true, size: 0 };
  return {
    source: new Map(),
    destination: new Map(arrived === 0 ? [] : [['k', Array.from({ length: arrived }, () => entry)]]),
    pairs: [],
    mismatches: Array.from({ length: open }, () => ({ key: 'k', versionId: 'v', what: 'no replica' })),
  };
}

/** A clock that only sleeping moves. */
function run(looks: Observation[], quietFor: number, signal = new AbortController().signal) {
  let now = 0;
  let n = 0;
  const result = awaitAgreement(
    () => Promise.resolve(looks[Math.min(n++, looks.length - 1)] as Observation),
    { quietFor, now: () => now, sleep: async (ms) => void (now += ms) },
    { signal, onLook: () => undefined },
  );
  return { result, looked: () => n, time: () => now };
}

describe('awaitAgreement', () => {
  it('ends as soon as nothing is missing', async () => {
    const { result, looked } = run([observation(2, 0), observation(1, 1), observation(0, 2)], 1_000);
    expect((await result).mismatches).toEqual([]);
    expect(looked()).toBe(3);
  });

  it('gives up when nothing changes for the whole patience, and returns the missing versions', async () => {
    const { result, time } = run([observation(2, 0)], 10_000);
    expect((await result).mismatches).toHaveLength(2);
    expect(time()).toBeGreaterThanOrEqual(10_000);
  });

  it('continues as long as anything changes, however long that takes', async () => {
    const slow = Array.from({ length: 500 }, (_, n) => observation(1, n));
    const { result, time } = run([...slow, observation(0, 500)], 1_000);
    expect((await result).mismatches).toEqual([]);
    expect(time()).toBeGreaterThan(100_000);
  });

  it('looks again soon after a look that took long, because a person watches the numbers', async () => {
    const looks: number[] = [];
    let now = 0;
    await awaitAgreement(
      () => {
        looks.push(now);
        now += 20_000;
        return Promise.resolve(observation(looks.length < 3 ? 1 : 0, looks.length));
      },
      { quietFor: 100_000, now: () => now, sleep: async (ms) => void (now += ms) },
      { signal: new AbortController().signal, onLook: () => undefined },
    );
    expect(looks.map((at, n) => at - n * 20_000)).toEqual([0, 2_000, 4_000]);
  });

  it('ends at once on request', async () => {
    const stop = new AbortController();
    stop.abort(new Error('ended'));
    await expect(run([observation(1, 0)], 1_000, stop.signal).result).rejects.toThrow('ended');
  });
});

describe('unlessAborted', () => {
  it('gives what the work gives', async () => {
    const { signal } = new AbortController();
    expect(await unlessAborted(Promise.resolve('done'), signal)).toBe('done');
    await expect(unlessAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed');
  });

  it('ends at once on request, before and during the work', async () => {
    const stop = new AbortController();
    const endless = new Promise<never>(() => {});
    const during = unlessAborted(endless, stop.signal);
    stop.abort(new Error('ended'));
    await expect(during).rejects.toThrow('ended');
    await expect(unlessAborted(endless, stop.signal)).rejects.toThrow('ended');
  });
});
