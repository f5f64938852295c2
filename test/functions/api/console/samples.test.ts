import { describe, expect, it } from 'vitest';

import { keepSamples, samplesOf } from '../../../../functions/api/console/parts/samples.ts';
import type { BucketStatus } from '../../../../functions/api/scan-schemas.ts';

const TO = 'backup-1250000000@ap-shanghai';
const BEGIN = Date.parse('2026-03-01T08:00:00.000Z');

function statusAt(bucket: string, ms: number, oldestAgeMs: number | null): BucketStatus {
  const none = { total: null, done: 0 };
  const did = {
    looked: 0,
    copied: 0,
    bytes: 0,
    deleteMarkers: 0,
    removed: 0,
    deferred: 0,
    listings: 0,
    propertiesChanged: 0,
  };
  return {
    bucket,
    destinations: [
      {
        destination: TO,
        state: 'behind',
        rules: [],
        preconditions: { broken: [], bucketsCheckedAt: null, functionsCheckedAt: null },
        backlog: { keys: 1, failed: 0, atLeast: false, oldestAgeMs, byAge: [] },
        behind: null,
        lagMs: null,
        live: null,
        canary: null,
        completeUpTo: null,
        reasons: {},
        existing: null,
        sides: null,
        leftAlone: null,
        scan: {
          destination: TO,
          state: 'none',
          ranges: none,
          entries: none,
          entriesPerSecond: null,
          etaSeconds: null,
          did,
        },
        measuredAt: null,
      },
    ],
    measuredAt: new Date(BEGIN + ms).toISOString(),
  };
}

describe('the samples of the chart', () => {
  it('are kept once for each look, separately for each bucket', () => {
    keepSamples(statusAt('a', 0, 5000));
    keepSamples(statusAt('a', 0, 5000));
    keepSamples(statusAt('a', 15_000, null));
    keepSamples(statusAt('b', 0, 7000));
    expect(samplesOf('a', TO)).toEqual([
      { at: BEGIN, oldest: 5000 },
      { at: BEGIN + 15_000, oldest: 0 },
    ]);
    expect(samplesOf('b', TO)).toHaveLength(1);
    expect(samplesOf('b', 'another')).toEqual([]);
  });

  it('do not grow with the time that the page is open', () => {
    for (let look = 0; look < 6000; look += 1) keepSamples(statusAt('day', look * 15_000, look));
    const samples = samplesOf('day', TO);
    expect(samples).toHaveLength(720);
    expect(samples.at(-1)?.oldest).toBe(5999);
  });
});
