import { describe, expect, it } from 'vitest';
import { governing, needsTags } from '../../../../shared/replication/decide/scope.ts';
import type { Entry } from '../../../../shared/replication/types.ts';
import { rule } from '../../rules/sample.ts';

const SECOND = 1_700_000_000_000;
/** `time` in ms. */
const entryAt = (time: number, deleteMarker = false): Entry => ({
  ref: { id: 'v', time: time * 1000 },
  versionId: 'v',
  deleteMarker,
});

describe('the rule that governs a version', () => {
  it('is the first one that covers it', () => {
    const late = rule({ id: 'late', start: SECOND + 1000 });
    const early = rule({ id: 'early', start: SECOND });
    expect(governing([late, early], entryAt(SECOND + 1000))?.id).toBe('late');
    expect(governing([late, early], entryAt(SECOND))?.id).toBe('early');
    expect(governing([late, early], entryAt(SECOND - 1))).toBeUndefined();
    expect(governing([], entryAt(SECOND))).toBeUndefined();
  });

  it('may also govern versions from before it started', () => {
    const before = entryAt(SECOND - 1);
    expect(governing([rule({ start: SECOND, existing: 'All' })], before)).toBeDefined();
    expect(governing([rule({ start: SECOND, existing: 'Current' })], before)).toBeUndefined();
    expect(governing([rule({ start: SECOND, existing: 'Current' })], { ...before, current: true })).toBeDefined();
  });

  it('covers delete markers only since they were switched on', () => {
    const marker = entryAt(SECOND, true);
    expect(governing([rule({ deleteMarkersSince: SECOND })], marker)).toBeDefined();
    expect(governing([rule({ deleteMarkersSince: SECOND + 1 })], marker)).toBeUndefined();
    expect(governing([rule({ deleteMarkers: false })], marker)).toBeUndefined();
  });

  it('with a tag filter is a candidate while tags are unknown, and covers no delete markers', () => {
    const tagged = rule({ id: 'tagged', tags: [['team', 'a']], deleteMarkers: false });
    expect(governing([tagged], entryAt(SECOND))?.id).toBe('tagged');
    expect(
      governing([tagged], entryAt(SECOND), [
        ['team', 'a'],
        ['more', '1'],
      ])?.id,
    ).toBe('tagged');
    expect(governing([tagged], entryAt(SECOND), [['team', 'b']])).toBeUndefined();
    expect(governing([tagged], entryAt(SECOND), [])).toBeUndefined();
    expect(governing([tagged], entryAt(SECOND, true))).toBeUndefined();
    expect(governing([tagged, rule({ id: 'rest' })], entryAt(SECOND), [])?.id).toBe('rest');
  });

  it('needs tags read only where it filters by them', () => {
    expect(needsTags([rule()])).toBe(false);
    expect(needsTags([rule(), rule({ tags: [['team', 'a']] })])).toBe(true);
  });
});
