import { describe, expect, it } from 'vitest';
import { paintFor } from '../../job/paint.ts';
import { summaryJson, summaryText, type Summary } from '../../job/summary.ts';

const plain = paintFor({ isTTY: false });
const summary: Summary = {
  objects: 1200,
  extra: 15,
  versions: 1500,
  deleteMarkers: 30,
  bytes: 12_345_678,
  seconds: 10.12345,
  mismatches: [],
  lag: { p50: 12, p99: 340, max: 5600 },
  scan: { before: 700, lostEvents: 20, did: { looked: 1200, copied: 720, deleteMarkers: 15, removed: 0 } },
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
  it('is short when all is right', () => {
    const text = summaryText(summary, plain);
    expect(text).toMatch(/objects +1,200: 1,185 files, 15 of the job's own$/m);
    expect(text).toMatch(/versions +1,500, and 30 delete markers$/m);
    expect(text).toContain('p50 12 ms · p99 340 ms · max 5.6 s');
    expect(text).toMatch(/mismatches +0$/m);
  });

  it('has the versions from before the rule, the lost events, and the findings of the scan', () => {
    const text = summaryText(summary, plain);
    expect(text).toMatch(/before +700 versions from before the rule$/m);
    expect(text).toMatch(/lost +20 events, dropped on purpose$/m);
    expect(text).toMatch(/scan +looked at 1,200 keys$/m);
    expect(text).toMatch(/found +720 missing versions, 15 missing delete markers$/m);
    expect(text).not.toContain('surplus');
  });

  it('does not invent findings of the scan', () => {
    const text = summaryText({ ...summary, scan: { ...summary.scan, did: undefined } }, plain);
    expect(text).toMatch(/scan +has not reported/);
  });

  it('names the mismatches, no more of them than one can read', () => {
    const mismatches = Array.from({ length: 30 }, (_, n) => ({ key: `k${n}`, versionId: 'v', what: 'no replica' }));
    const text = summaryText({ ...summary, mismatches }, plain);
    expect(text).toMatch(/^NOT everything/);
    expect(text).toContain('k19 v: no replica');
    expect(text).not.toContain('k20');
    expect(text).toContain('and 10 more');
  });

  it('ends each line before column 80, with numbers of millions', () => {
    const large = {
      ...summary,
      objects: 9_999_999,
      versions: 9_999_999,
      deleteMarkers: 9_999_999,
      seconds: 99_999.9,
      scan: {
        before: 9_999_999,
        lostEvents: 9_999_999,
        did: { looked: 9_999_999, copied: 9_999_999, deleteMarkers: 9_999_999, removed: 9_999_999 },
      },
    };
    for (const line of summaryText(large, plain).split('\n')) expect(line.length).toBeLessThan(80);
  });
});

describe('paintFor', () => {
  it.each([
    { stream: { isTTY: true }, env: {}, coloured: true },
    { stream: { isTTY: true }, env: { NO_COLOR: '' }, coloured: true },
    { stream: { isTTY: true }, env: { NO_COLOR: '1' }, coloured: false },
    { stream: { isTTY: true }, env: { TERM: 'dumb' }, coloured: false },
    { stream: { isTTY: false }, env: {}, coloured: false },
    { stream: {}, env: {}, coloured: false },
  ])('$coloured for $stream with $env', ({ stream, env, coloured }) => {
    expect(paintFor(stream, env).green('fine')).toBe(coloured ? '\u001b[32mfine\u001b[39m' : 'fine');
  });
});
