import { describe, expect, it } from 'vitest';
import type { VersionEntry } from '../../../../shared/cos/index.ts';
import type { Rank } from '../../../../shared/identity/index.ts';
import { madeFor } from '../../../../shared/replication/decide/made-for.ts';
import type { Intention, Mark } from '../../../../shared/replication/deletion-records.ts';

const BUCKET = 'third-1250000000';
const START = Date.UTC(2026, 0, 1);

/** As COS names a version that was written this many ms after the start. */
const idAt = (ms: number): string =>
  Buffer.from(String(2n ** 64n - 1n - BigInt(START + ms) * 1000n)).toString('base64');

const deletedAt = (ms: number): VersionEntry => ({
  key: 'k',
  versionId: idAt(ms),
  isLatest: false,
  deleteMarker: true,
  lastModified: START + Math.floor(ms / 1000) * 1000,
  etag: '',
  size: 0,
  storageClass: 'STANDARD',
});

const rankAt = (ms: number, bucket = BUCKET): Rank => ({ time: (START + ms) * 1000, bucket });

const intentionAt = (ms: number, rank: Rank): Intention => ({
  name: 'n',
  rank,
  unique: `u${ms}`,
  writer: 'w',
  time: START + Math.floor(ms / 1000) * 1000,
});

const found = (
  intention: Intention,
  listed: readonly VersionEntry[],
  made: readonly Mark[] = [],
  others: readonly Intention[] = [],
): string | undefined => madeFor(intention, listed, { made, intended: [intention, ...others] }, BUCKET)?.versionId;

const elsewhere = rankAt(100, 'source-1250000000');

describe('the delete marker that an intention has made', () => {
  it('is the one that came at once, and not a later deletion by a user', () => {
    expect(found(intentionAt(500, elsewhere), [deletedAt(9000), deletedAt(600)])).toBe(idAt(600));
  });

  it('is the newest where none came at once', () => {
    expect(found(intentionAt(500, elsewhere), [deletedAt(9000), deletedAt(7000)])).toBe(idAt(9000));
  });

  it('is never the delete marker that the intention stands for', () => {
    const intention = intentionAt(500, rankAt(221));
    expect(found(intention, [deletedAt(600), deletedAt(221)])).toBe(idAt(600));
    expect(found(intention, [deletedAt(221)])).toBeUndefined();
  });

  it('is not below the one that the intention stands for', () => {
    expect(found(intentionAt(500, rankAt(221)), [deletedAt(221), deletedAt(100)])).toBeUndefined();
  });

  it('is no delete marker that another record stands for', () => {
    const made: Mark = { versionId: idAt(400), rank: rankAt(221), unique: 'u1' };
    const listed = [deletedAt(600), deletedAt(400), deletedAt(221)];
    expect(found(intentionAt(500, elsewhere), listed, [made])).toBe(idAt(600));
    expect(found(intentionAt(500, elsewhere), [deletedAt(221)], [], [intentionAt(300, rankAt(221))])).toBeUndefined();
  });

  it('is no object, and no delete marker from before or from long after', () => {
    const object = { ...deletedAt(600), deleteMarker: false };
    const listed = [deletedAt(5000 + 91_000), object, deletedAt(2000)];
    expect(found(intentionAt(5000, elsewhere), listed)).toBeUndefined();
  });
});
