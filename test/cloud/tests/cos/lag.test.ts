import { describe, expect, it } from 'vitest';
import { refusal, setup } from './setup.ts';
import type { Setup } from './setup.ts';

const LAG = 2000;
const lagging = (versioning?: 'Enabled'): Setup => setup(versioning, { listingLag: LAG });
const keys = ({ list }: Setup): string[] => list().entries.map((entry) => entry.key);

describe('listings that lag', () => {
  it('lack a write until the lag has passed, while reads see it at once', () => {
    const bench = lagging();
    bench.put('a');
    expect(bench.get('a').key).toBe('a');
    expect(keys(bench)).toEqual([]);
    bench.clock.ms += LAG - 1;
    expect(keys(bench)).toEqual([]);
    bench.clock.ms += 1;
    expect(keys(bench)).toEqual(['a']);
  });

  it('show a removed version until the lag has passed', () => {
    const bench = lagging();
    bench.put('a');
    bench.clock.ms += LAG;
    bench.remove('a');
    expect(refusal(() => bench.get('a'))).toBe('NoSuchKey 404');
    expect(keys(bench)).toEqual(['a']);
    bench.clock.ms += LAG;
    expect(keys(bench)).toEqual([]);
    expect(bench.versions().entries).toEqual([]);
  });

  it('show the old object until an overwrite is old enough', () => {
    const bench = lagging();
    const old = bench.put('a', 'old');
    bench.clock.ms += LAG;
    const young = bench.put('a', 'young');
    expect(bench.list().entries).toEqual([old]);
    bench.clock.ms += LAG;
    expect(bench.list().entries).toEqual([young]);
  });

  it('show the stack of that time, and its newest as the newest', () => {
    const bench = lagging('Enabled');
    const one = bench.put('a');
    const two = bench.put('a');
    bench.clock.ms += LAG;
    const marker = bench.remove('a');
    bench.remove('a', one.versionId);
    const shown = () => bench.versions().entries.map((entry) => [entry.versionId, entry.isLatest]);
    expect(shown()).toEqual([
      [two.versionId, true],
      [one.versionId, false],
    ]);
    expect(keys(bench)).toEqual(['a']);
    bench.clock.ms += LAG;
    expect(shown()).toEqual([
      [marker.versionId, true],
      [two.versionId, false],
    ]);
    expect(keys(bench)).toEqual([]);
  });

  it('never show a version that was written and removed within the lag', () => {
    const bench = lagging('Enabled');
    const { versionId } = bench.put('a');
    bench.remove('a', versionId);
    for (let i = 0; i < 4; i++, bench.clock.ms += LAG / 2) expect(bench.versions().entries).toEqual([]);
  });

  it('show an object that was removed after an earlier one of its key fell out of the lag', () => {
    const bench = lagging();
    bench.put('a', 'one');
    bench.put('a', 'two');
    bench.clock.ms += LAG;
    bench.remove('a');
    expect(keys(bench)).toEqual(['a']);
  });

  it('continue after the null version that they showed, not after a newer one', () => {
    const bench = lagging('Enabled');
    bench.put('a', 'old');
    bench.versioning('Suspended');
    bench.put('a', 'null');
    bench.clock.ms += LAG;
    bench.put('a', 'newer null');
    const [shown, old] = bench.versions().entries;
    expect(shown).toMatchObject({ versionId: 'null', isLatest: true });
    expect(bench.versions({ keyMarker: 'a', versionIdMarker: 'null' }).entries).toEqual([old]);
  });

  it('count a bucket as empty all the same', () => {
    const bench = lagging();
    bench.put('a');
    bench.clock.ms += LAG;
    bench.remove('a');
    expect(keys(bench)).toEqual(['a']);
    const [info] = bench.core.listBuckets();
    bench.core.deleteBucket(info?.name ?? '', info?.region ?? '');
    expect(bench.core.listBuckets()).toEqual([]);
  });

  it('catch up when the lag is switched off', () => {
    const bench = lagging();
    bench.put('a');
    bench.clock.ms += LAG;
    bench.remove('a');
    bench.put('b');
    expect(keys(bench)).toEqual(['a']);
    bench.core.switches.listingLag = 0;
    expect(keys(bench)).toEqual(['b']);
  });
});
