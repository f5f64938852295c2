import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHARACTER } from '../../../characters.ts';
import { compareKeys } from '../../cos/key-order.ts';
import { SortedKeys } from '../../cos/sorted-keys.ts';

const key = fc.string({ unit: CHARACTER, maxLength: 6 });
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe('the order of keys', () => {
  it('is that of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(byBytes(a, b));
      }),
    );
  });

  it('puts characters past U+FFFF last, as UTF-16 does not', () => {
    const keys = ['\u{1F600}', '\uFB01', 'é', 'z', 'a'];
    expect(keys.sort(compareKeys)).toEqual(['a', 'z', 'é', '\uFB01', '\u{1F600}']);
  });
});

describe('sorted keys', () => {
  it('are those of a sorted set after any additions and removals', () => {
    const step = fc.record({ add: fc.boolean(), key: fc.string({ maxLength: 2 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.string({ maxLength: 2 }), (steps, start) => {
        const keys = new SortedKeys(4);
        const expected = new Set<string>();
        for (const { add, key } of steps) {
          if (add) {
            keys.add(key);
            expected.add(key);
          } else {
            keys.remove(key);
            expected.delete(key);
          }
        }
        const sorted = [...expected].sort(byBytes);
        expect([...keys.from(() => true)]).toEqual(sorted);
        expect([...keys.from((key) => compareKeys(key, start) >= 0)]).toEqual(
          sorted.filter((key) => byBytes(key, start) >= 0),
        );
        expect([...keys.from(() => false)]).toEqual([]);
      }),
    );
  });
});
