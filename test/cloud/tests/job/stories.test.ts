import { describe, expect, it } from 'vitest';
import { describePlan, planOf } from '../../job/counts.ts';
import { planStories } from '../../job/stories.ts';
import type { SourceFile } from '../../job/types.ts';

const files: readonly SourceFile[] = Array.from({ length: 300 }, (_, n) => ({
  path: `/tmp/f${n}.txt`,
  key: `dir/f${n}.txt`,
  size: n === 17 || n === 80 || n === 81 ? 2_000_000 + n : n,
}));
const stories = planStories(files);
const kinds = stories.map(({ steps }) => steps.map(({ kind }) => kind).join(' '));

describe('planStories', () => {
  it('gives the same stories each time', () => {
    expect(planStories(files)).toEqual(stories);
  });

  it('uses every file under its own key, and keys that are hard to encode', () => {
    const keys = stories.map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(files.map(({ key }) => key)));
    expect(new Set(keys).size).toBe(keys.length);
    for (const part of [' ', '+', '%', '//', '🎉', '<', '&', '?', '#', '..', '中']) {
      expect(keys.some((key) => key.includes(part))).toBe(true);
    }
  });

  it.each(['put', 'put put', 'put put put', 'put delete', 'put delete put'])('has keys with: %s', (kind) => {
    expect(kinds).toContain(kind);
  });

  it('overwrites with other bytes and other attributes', () => {
    const twice = stories.find(({ key }, n) => key.startsWith('dir/') && kinds[n] === 'put put');
    const [first, second] = twice?.steps ?? [];
    if (first?.kind !== 'put' || second?.kind !== 'put') throw new Error('no such story');
    expect(first.file).not.toEqual(second.file);
  });

  it('sends the two largest files in parts, and no small one', () => {
    const inParts = stories.filter(({ steps }) => steps.some((step) => step.kind === 'put' && step.multipart));
    expect(inParts.map(({ key }) => key)).toEqual(['dir/f80.txt', 'dir/f81.txt']);
  });

  it('gives headers, metadata, a storage class and tags to some', () => {
    const puts = stories.flatMap(({ steps }) =>
      steps.flatMap((step) => (step.kind === 'put' ? [step.attributes] : [])),
    );
    expect(puts.some(({ headers }) => headers['cache-control'] !== undefined)).toBe(true);
    expect(puts.some(({ headers }) => headers['content-disposition'] !== undefined)).toBe(true);
    expect(puts.some(({ meta }) => Object.keys(meta).length > 0)).toBe(true);
    expect(puts.some(({ storageClass }) => storageClass === 'STANDARD_IA')).toBe(true);
    expect(puts.some(({ tags }) => tags !== undefined)).toBe(true);
  });

  it('works with a single file', () => {
    const [only] = files;
    if (only === undefined) throw new Error('no file');
    expect(planStories([only]).length).toBeGreaterThan(1);
  });
});

describe('describePlan', () => {
  it('gives numbers that add up', () => {
    const plan = planOf(stories, files.length);
    const [objects, versions] = describePlan(plan);
    const numbers = (text = '') => (text.match(/\d[\d,]*/g) ?? []).map((n) => Number(n.replace(',', '')));
    const [all, ofFolder, own] = numbers(objects);
    expect([all, ofFolder]).toEqual([stories.length, files.length]);
    expect((ofFolder ?? 0) + (own ?? 0)).toBe(all);
    const [puts, overwrites, deletions] = numbers(versions);
    expect((all ?? 0) + (overwrites ?? 0)).toBe(puts);
    expect((puts ?? 0) + (deletions ?? 0)).toBe(stories.flatMap(({ steps }) => steps).length);
  });
});
