import { describe, expect, it } from 'vitest';
import { isVerifyId, verifyId } from '../../../shared/verify/names.ts';

const SECOND = 1_795_765_373_000;

describe('the ID of a verification', () => {
  it('sorts behind that of an earlier one of the same second, whatever the rest is', () => {
    const ids = [verifyId(SECOND, SECOND + 100, 'z'), verifyId(SECOND, SECOND + 101, 'a')];
    expect(ids.toSorted()).toEqual(ids);
    expect(ids.every((id) => isVerifyId(id))).toBe(true);
  });

  it('stays within the second of COS, whatever the clock of the function says', () => {
    const times = [SECOND - 60_000, SECOND + 60_000].map((now) => Number(verifyId(SECOND, now, 'a').split('-')[0]));
    expect(times).toEqual([SECOND, SECOND + 999]);
  });
});
