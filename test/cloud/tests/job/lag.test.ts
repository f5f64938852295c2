import { describe, expect, it } from 'vitest';
import { lagOf, timeOf } from '../../job/lag.ts';

describe('timeOf', () => {
  it('reads the version ID that the COS documentation prints', () => {
    // Its LastModified there is 2020-12-10T03:35:44.000Z.
    expect(timeOf('MTg0NDUxMzY1MDIzNjQ3NTcwMDk')).toBeCloseTo(Date.parse('2020-12-10T03:35:44Z') + 794.606, 2);
  });

  it.each(['null', '', 'abc'])('finds no time in %j', (id) => {
    expect(timeOf(id)).toBeUndefined();
  });
});

describe('lagOf', () => {
  it('gives the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect(lagOf(hundred)).toEqual({ p50: 50, p99: 99, max: 100 });
  });

  it('works with one value and with none', () => {
    expect(lagOf([7.4])).toEqual({ p50: 7, p99: 7, max: 7 });
    expect(lagOf([])).toEqual({ p50: 0, p99: 0, max: 0 });
  });
});
