import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createTimers } from '../../scf/timers.ts';

const START = Date.UTC(2026, 0, 31, 0, 0, 30);
const MINUTE = 60_000;
const every = '0 * * * * * *';

beforeEach(() => vi.useFakeTimers({ now: START }));
afterEach(() => vi.useRealTimers());

function recorder() {
  const times: number[] = [];
  return { times, fire: (at: number) => void times.push(at - START) };
}

it('fires at the scheduled times of the clock', async () => {
  const timers = createTimers({ now: () => Date.now(), scale: 1 });
  const { times, fire } = recorder();
  timers.start({}, every, fire);
  await vi.advanceTimersByTimeAsync(29_999);
  expect(times).toEqual([]);
  await vi.advanceTimersByTimeAsync(2 * MINUTE);
  expect(times).toEqual([30_000, 90_000]);
});

it('does not repeat times that passed while the machine slept', async () => {
  const timers = createTimers({ now: () => Date.now(), scale: 1 });
  const { times, fire } = recorder();
  timers.start({}, every, fire);
  vi.setSystemTime(START + 10 * MINUTE);
  await vi.advanceTimersByTimeAsync(2 * MINUTE);
  expect(times).toEqual([30_000, 11 * MINUTE + 30_000]);
});

it('waits longer than one timeout can', async () => {
  const timers = createTimers({ now: () => Date.now(), scale: 1 });
  const { times, fire } = recorder();
  timers.start({}, '0 0 8 31 12 * *', fire);
  await vi.advanceTimersByTimeAsync(400 * 24 * 60 * MINUTE);
  expect(times).toEqual([Date.UTC(2026, 11, 31) - START]);
});

it('shortens the waiting by its scale, not the schedule', async () => {
  const timers = createTimers({ now: () => Date.now(), scale: 0.01 });
  const { times, fire } = recorder();
  timers.start({}, every, fire);
  await vi.advanceTimersByTimeAsync(300 + 600);
  expect(times).toEqual([30_000, 90_000]);
});

it('ends by stop, by close, and never begins at scale 0', async () => {
  const [timers, resting] = [1, 0].map((scale) => createTimers({ now: () => Date.now(), scale }));
  const { times, fire } = recorder();
  const key = {};
  timers?.start(key, every, fire);
  timers?.start({}, every, fire);
  resting?.start({}, every, fire);
  timers?.stop(key);
  timers?.close();
  await vi.advanceTimersByTimeAsync(5 * MINUTE);
  expect(times).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
