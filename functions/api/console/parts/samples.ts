import type { BucketStatus } from '../../scan-schemas.ts';

/** One look at one destination. */
export interface Sample {
  /** ms since 1970, by the clock of the API. */
  readonly at: number;
  /** ms for which the oldest piece of work waited; 0: nothing did. */
  readonly oldest: number;
}

/** Three hours of a screen that looks every 15 s. */
const MOST = 720;

/** Of this page alone; a reload begins anew. */
const kept = new Map<string, Sample[]>();

/** Keeps what a status says, so that a chart can show how it went. A status that was kept already is not kept twice. */
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
