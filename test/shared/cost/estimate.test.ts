import { describe, expect, it } from 'vitest';

import { LIST_PRICES, MEASURED, costOf, sumOfUsage, usageOf } from '../../../shared/cost/index.ts';
import type { Prices, Usage } from '../../../shared/cost/index.ts';

const PRICES: Prices = {
  currency: 'X',
  requestsPer10000: 2,
  invocationsPer10000: 3,
  gbSecond: 0.5,
  trafficPerGb: 7,
  perUsd: 1,
};
const NONE: Usage = { requests: 0, invocations: 0, gbSeconds: 0, bytesAcrossRegions: 0 };

describe('costOf', () => {
  it('multiplies each counter by its own price', () => {
    expect(costOf({ ...NONE, requests: 20_000 }, PRICES)).toEqual({ requests: 4, functions: 0, traffic: 0, total: 4 });
    expect(costOf({ ...NONE, invocations: 10_000, gbSeconds: 4 }, PRICES)).toMatchObject({ functions: 5, total: 5 });
    expect(costOf({ ...NONE, bytesAcrossRegions: 3e9 }, PRICES)).toMatchObject({ traffic: 21, total: 21 });
    expect(costOf(NONE, LIST_PRICES).total).toBe(0);
  });
});

describe('usageOf', () => {
  const profile = {
    requestsPerObject: 9,
    requestsPerPart: 1,
    msPerObject: 100,
    msPerPart: 800,
    lanes: 16,
    memory: 256,
  };

  it('counts requests, runs, memory over time and bytes', () => {
    const work = { objects: 1000, bytes: 5e9, parts: 0, acrossRegions: true };
    expect(usageOf(work, profile)).toEqual({
      requests: 9000,
      invocations: 1000,
      gbSeconds: 25,
      bytesAcrossRegions: 5e9,
    });
  });

  it('shares the time of parts among the lanes of one function', () => {
    const work = { objects: 1, bytes: 5e9, parts: 160, acrossRegions: true };
    const { requests, gbSeconds } = usageOf(work, profile);
    expect(requests).toBe(169);
    expect(gbSeconds).toBeCloseTo((0.1 + 160 * 0.05) / 4, 10);
  });

  it('costs nothing for bytes that stay in their region', () => {
    expect(usageOf({ objects: 1, bytes: 5e9, parts: 0, acrossRegions: false }, profile).bytesAcrossRegions).toBe(0);
  });

  it('adds up: two pieces of work cost the sum of both', () => {
    const [one, two] = [10, 20].map((objects) => ({
      objects,
      bytes: objects * 1e6,
      parts: objects,
      acrossRegions: true,
    }));
    const both = { objects: 30, bytes: 30e6, parts: 30, acrossRegions: true };
    const sum = sumOfUsage([one, two].map((work) => usageOf(work as typeof both, MEASURED)));
    expect(costOf(sum, LIST_PRICES).total).toBeCloseTo(costOf(usageOf(both, MEASURED), LIST_PRICES).total, 12);
  });
});
