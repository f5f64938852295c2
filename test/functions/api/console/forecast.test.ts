import { describe, expect, it } from 'vitest';

import { bytes, money } from '../../../../functions/api/console/parts/size.ts';
import { addPart } from '../../../../functions/api/console/rules/forecast.ts';
import type { DryRun } from '../../../../functions/api/dry-run-schemas.ts';

const NOTHING = { versions: 0, bytes: 0, deleteMarkers: 0 };
const COST = { currency: 'CNY', requests: 1, functions: 0.5, traffic: 0, total: 1.5 };

function part(versions: number, more: Partial<DryRun> = {}): DryRun {
  const planned = { objects: versions, versions, bytes: versions * 10, deleteMarkers: 1 };
  const destination = {
    destination: 'backup-1250000000@ap-shanghai',
    rules: [{ id: 'all', ...planned }],
    replicates: planned,
    ifTagged: { ...NOTHING, versions: 1 },
    already: NOTHING,
    skipped: [{ reason: 'before-start' as const, ...NOTHING, versions: 2 }],
    usage: { requests: 1, functionRuns: 1, gbSeconds: 1, bytesAcrossRegions: 1 },
    cost: COST,
  };
  return {
    bucket: 'source-1250000000',
    prefix: '',
    listed: 10,
    complete: true,
    destinations: [destination, { ...destination, destination: 'third-1250000000@ap-beijing', skipped: [] }],
    cost: COST,
    untold: [],
    measuredAt: '2026-03-01T08:05:12.000Z',
    ...more,
  };
}

describe('a dry run on the console page', () => {
  it('adds up the parts of several calls, over all destinations', () => {
    const sum = addPart(addPart(undefined, part(3)), part(4));
    expect(sum).toEqual({
      listed: 20,
      objects: 14,
      versions: 14,
      bytes: 140,
      deleteMarkers: 4,
      ifTagged: 4,
      skipped: { 'before-start': 4 },
      cost: 3,
      currency: 'CNY',
    });
  });

  it('shows amounts of any size, and never a cost of nothing', () => {
    expect(money('en', 12.345, 'CNY')).toBe('CN¥12.35');
    expect(money('zh', 0.5, 'CNY')).toBe('¥0.50');
    expect(money('en', 0.000_031_4, 'CNY')).toBe('CN¥0.000031');
    expect(money('en', 0, 'CNY')).toBe('CN¥0.00');
    expect([0, 1, 4200, 4.2e12].map((size) => bytes('en', size))).toEqual(['0 bytes', '1 byte', '4.2 kB', '4.2 TB']);
  });
});
