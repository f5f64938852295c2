import type { BucketStatus } from '../../scan-schemas.ts';

/** One measurement of one destination. */
export interface Sample {
  /** ms since 1970, by the clock of the API. */
  readonly at: number;
  /** ms for which the oldest piece of work has waited; 0 when nothing waits. */
  readonly oldest: number;
}

/** Samples of three hours, one every 15 s. */
const MOST = 720;

/** For this page alone; a reload starts with none. */
const kept = new Map<string, Sample[]>();

/** Keeps the samples of a status for the chart. A status is kept only once. */
export function keepSamples({ bucket, destinations, measuredAt }: BucketStatus): void {
  const at = Date.parse(measuredAt);
  for (const { destination, backlog } of destinations) {
    const samples = samplesOf(bucket, destination);
    if ((samples.at(-1)?.at ?? 0) >= at) continue;
    samples.push({ at, oldest: backlog.oldestAgeMs ?? 0 });
    if (samples.length > MOST) samples.shift();
    kept.set(`${bucket} ${destination}`, samples);
  }
}

export function samplesOf(bucket: string, destination: string): Sample[] {
  return kept.get(`${bucket} ${destination}`) ?? [];
}
