import { CloudFailure } from '../scf/index.ts';

/** Counts a call; throws `RequestLimitExceeded` when there were `perSecond` of them within the last second. */
export type RateLimit = (name: string, perSecond: number) => void;

export function createRateLimit(now: () => number): RateLimit {
  const calls = new Map<string, number[]>();
  return (name, perSecond) => {
    const time = now();
    const recent = (calls.get(name) ?? []).filter((earlier) => time - earlier < 1000);
    if (recent.length >= perSecond) {
      throw new CloudFailure('RequestLimitExceeded', `${name}: ${perSecond} calls a second at most`);
    }
    calls.set(name, [...recent, time]);
  };
}
