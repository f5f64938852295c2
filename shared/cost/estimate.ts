import type { Cost, Prices, Profile, Usage } from './types.ts';

const GB = 1e9;
const MB_PER_GB = 1024;

/** The cost of a usage at the given prices. */
export function costOf(usage: Usage, prices: Prices): Cost {
  const requests = (usage.requests / 10_000) * prices.requestsPer10000;
  const functions = (usage.invocations / 10_000) * prices.invocationsPer10000 + usage.gbSeconds * prices.gbSecond;
  const traffic = (usage.bytesAcrossRegions / GB) * prices.trafficPerGb;
  return { requests, functions, traffic, total: requests + functions + traffic };
}

export interface Work {
  /** Versions to be copied. */
  readonly objects: number;
  /** Bytes of all of them. */
  readonly bytes: number;
  /** Parts of the objects that are copied in parts; 0 where all are copied whole. */
  readonly parts: number;
  /** False when both buckets are in one region, where traffic costs nothing. */
  readonly acrossRegions: boolean;
}

/**
 * An estimate of the usage of that work, from earlier measurements. Retries, throttling and objects that change while
 * they are copied add to it.
 */
export function usageOf(work: Work, profile: Profile): Usage {
  const { objects, parts, bytes } = work;
  const ms = objects * profile.msPerObject + (parts * profile.msPerPart) / profile.lanes;
  return {
    requests: objects * profile.requestsPerObject + parts * profile.requestsPerPart,
    invocations: objects,
    gbSeconds: (ms / 1000) * (profile.memory / MB_PER_GB),
    bytesAcrossRegions: work.acrossRegions ? bytes : 0,
  };
}

/** Usages of several pieces of work together. */
export function sumOfUsage(usages: readonly Usage[]): Usage {
  const sum = (pick: (usage: Usage) => number): number => usages.reduce((total, usage) => total + pick(usage), 0);
  return {
    requests: sum(({ requests }) => requests),
    invocations: sum(({ invocations }) => invocations),
    gbSeconds: sum(({ gbSeconds }) => gbSeconds),
    bytesAcrossRegions: sum(({ bytesAcrossRegions }) => bytesAcrossRegions),
  };
}
