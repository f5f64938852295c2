import { describe, expect, it } from 'vitest';
import { summaryJson, summaryText, type Summary } from '../../job/summary.ts';

const summary: Summary = {
  objects: 1200,
  versions: 1500,
  deleteMarkers: 30,
  bytes: 12_345_678,
  seconds: 10.12345,
  mismatches: [],
  lag: { p50: 12, p99: 340, max: 5600 },
};

describe('summaryJson', () => {
  it('has exactly the names that other programs rely on', () => {
    expect(JSON.parse(summaryJson(summary))).toEqual({
      objects: 1200,
      versions: 1500,
      deleteMarkers: 30,
      bytes: 12345678,
      seconds: 10.123,
      mismatches: 0,
      lagMs: { p50: 12, p99: 340, max: 5600 },
    });
  });
});

describe('summaryText', () => {
  it('is plain when all is well', () => {
    const text = summaryText(summary);
    expect(text).toContain('1,500 versions');
    expect(text).toContain('p50 12 ms · p99 340 ms · max 5.6 s');
    expect(text).toMatch(/mismatches +0$/m);
  });

  it('names what is wrong, not more of it than one can read', () => {
    const mismatches = Array.from({ length: 30 }, (_, n) => ({ key: `k${n}`, versionId: 'v', what: 'no replica' }));
    const text = summaryText({ ...summary, mismatches });
    expect(text).toMatch(/^NOT everything/);
    expect(text).toContain('k19 v: no replica');
    expect(text).not.toContain('k20');
    expect(text).toContain('and 10 more');
  });
});
