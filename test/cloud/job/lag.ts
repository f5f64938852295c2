const LAST = 2n ** 64n - 1n;
const PER_MS = 1000;

/**
 * When a version was made, in ms since 1970 with microseconds after the point. A version ID is unpadded base64 of
 * 2^64-1 minus the microseconds, while `Last-Modified` has whole seconds only. Undefined for `null`.
 */
export function timeOf(versionId: string): number | undefined {
  const text = Buffer.from(versionId, 'base64').toString('latin1');
  return /^\d{15,20}$/.test(text) ? Number(LAST - BigInt(text)) / PER_MS : undefined;
}

/** Whole milliseconds. */
export interface Lag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** The value below which `share` of them lie (nearest rank). `sorted` ascending, not empty. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** From the ms that each version took to arrive; zeros when there are none. */
export function lagOf(values: readonly number[]): Lag {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return { p50: 0, p99: 0, max: 0 };
  return {
    p50: Math.round(percentile(sorted, 0.5)),
    p99: Math.round(percentile(sorted, 0.99)),
    max: Math.round(percentile(sorted, 1)),
  };
}
