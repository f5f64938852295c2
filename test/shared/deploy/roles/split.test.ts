import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyOf } from '../../../../shared/deploy/roles/policies.ts';
import type { PolicyDocument } from '../../../../shared/deploy/roles/policies.ts';
import { bucketsThatFit, CAM_LIMITS, policiesOf } from '../../../../shared/deploy/roles/split.ts';
import type { RoleKind } from '../../../../shared/deploy/types.ts';
import { longNames, sampleSettings } from '../settings.ts';

const KINDS: readonly RoleKind[] = ['engine', 'api'];

function settingsOf(sources: number, destinations: number) {
  return sampleSettings({
    sources: longNames('s', sources, 'ap-guangzhou'),
    destinations: longNames('d', destinations, 'ap-shanghai'),
  });
}

/** Every allowed pair of action and resource, as often as it is allowed. */
function pairsOf(documents: readonly PolicyDocument[]): string[] {
  return documents
    .flatMap(({ statement }) => statement)
    .flatMap(({ action, resource }) => action.flatMap((verb) => resource.map((place) => `${verb} ${place}`)));
}

function grantsOf(documents: readonly PolicyDocument[]): string[] {
  return [...new Set(pairsOf(documents))].sort();
}

const documentsOf = (...of: Parameters<typeof policiesOf>) => policiesOf(...of).map(({ document }) => document);
const textsOf = (...of: Parameters<typeof policiesOf>) =>
  new Map(policiesOf(...of).map(({ index, document }) => [index, JSON.stringify(document)]));

describe.each(KINDS)('the policies of %s', (kind) => {
  it.each([1, 22, 23, 100, 200])('keep to the limits for %i sources and destinations with long names', (count) => {
    const settings = settingsOf(count, count);
    const documents = documentsOf(kind, settings);
    for (const document of documents) {
      expect(JSON.stringify(document).length).toBeLessThanOrEqual(CAM_LIMITS.characters);
      expect(document.statement.length).toBeGreaterThan(0);
    }
    expect(documents.length).toBeLessThanOrEqual(CAM_LIMITS.perRole);
    expect(grantsOf(documents)).toEqual(grantsOf([policyOf(kind, settings)]));
  });

  it('allow nothing twice', () => {
    const documents = documentsOf(kind, settingsOf(100, 100));
    expect(pairsOf(documents)).toHaveLength(grantsOf(documents).length);
  });

  it('use the limit to its last character', () => {
    // A last destination with the longest name that fits: one character of it is one or two of the document.
    const withLast = (length: number) => {
      const settings = settingsOf(15, 13);
      const place = { bucket: `${'x'.repeat(length)}-1250000000`, region: 'ap-shanghai' };
      return { ...settings, destinations: [...settings.destinations, place] };
    };
    const sizeOf = (length: number): number => JSON.stringify(policyOf(kind, withLast(length))).length;
    let [longest, tooLong] = [1, 3000];
    while (tooLong - longest > 1) {
      const middle = (longest + tooLong) >> 1;
      if (sizeOf(middle) <= CAM_LIMITS.characters) longest = middle;
      else tooLong = middle;
    }
    expect(sizeOf(longest)).toBeLessThanOrEqual(CAM_LIMITS.characters);
    expect(sizeOf(longest)).toBeGreaterThan(CAM_LIMITS.characters - 2);
    expect(policiesOf(kind, withLast(longest))).toHaveLength(1);
    expect(policiesOf(kind, withLast(longest + 1))).toHaveLength(2);
  });

  it('name each listed bucket, and never more than one at a time', () => {
    const settings = settingsOf(100, 100);
    const resources = documentsOf(kind, settings).flatMap(({ statement }) => statement.flatMap((one) => one.resource));
    const listed = [...settings.sources, ...settings.destinations, settings.state].map(({ bucket }) => bucket);
    const named = resources.map((resource) => /^qcs::cos:ap-[a-z]+:uid\/1250000000:([^*/]+)\//.exec(resource)?.[1]);
    expect(new Set(named)).toEqual(new Set(listed));
  });

  it('are numbered once each, the first without a gap', () => {
    const indexes = policiesOf(kind, settingsOf(200, 200)).map(({ index }) => index);
    expect(indexes.slice(0, 4)).toEqual([0, 1, 2, 3]);
    expect(new Set(indexes).size).toBe(indexes.length);
  });

  it('are one as long as one is enough', () => {
    const { length } = JSON.stringify(policyOf(kind, settingsOf(14, 14)));
    expect(length).toBeLessThanOrEqual(CAM_LIMITS.characters);
    expect(policiesOf(kind, settingsOf(14, 14))).toEqual([{ index: 0, document: policyOf(kind, settingsOf(14, 14)) }]);
  });

  it.each([
    ['source', settingsOf(101, 100)],
    ['destination', settingsOf(100, 101)],
  ])('change in one place only when a %s is added at the end', (_, after) => {
    const before = textsOf(kind, settingsOf(100, 100));
    const now = textsOf(kind, after);
    const differing = [...now].filter(([index, text]) => before.get(index) !== text);
    expect(differing).toHaveLength(1);
    expect([...before.keys()].every((index) => now.has(index))).toBe(true);
  });

  it('allow for any two lists exactly the same as one document would', () => {
    const counts = fc.integer({ min: 1, max: 120 });
    fc.assert(
      fc.property(counts, counts, fc.integer({ min: 0, max: 20 }), (sources, destinations, both) => {
        const settings = settingsOf(sources, destinations);
        // Buckets may be in both lists.
        const scope = { ...settings, destinations: [...settings.destinations, ...settings.sources.slice(0, both)] };
        const documents = documentsOf(kind, scope);
        expect(grantsOf(documents)).toEqual(grantsOf([policyOf(kind, scope)]));
        expect(Math.max(...documents.map((one) => JSON.stringify(one).length))).toBeLessThanOrEqual(6144);
      }),
      { numRuns: 25 },
    );
  });

  it('fit as many buckets as the message promises', () => {
    const settings = settingsOf(200, 150);
    for (const room of [1, 2, 3]) {
      const count = bucketsThatFit(kind, settings, room);
      const head = (length: number) => ({
        ...settings,
        sources: settings.sources.slice(0, length),
        destinations: settings.destinations.slice(0, length),
      });
      expect(policiesOf(kind, head(count)).length).toBeLessThanOrEqual(room);
      expect(policiesOf(kind, head(count + 1)).length).toBeGreaterThan(room);
    }
    expect(bucketsThatFit(kind, settings, 200)).toBe(200);
    expect(bucketsThatFit(kind, settings, 0)).toBe(0);
  });
});

it('leave numbers out where one list is much longer', () => {
  expect(policiesOf('api', settingsOf(3, 80)).map(({ index }) => index)).toEqual([0, 1, 3, 5]);
});
