import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeHash, type ObjectHead } from '../../../shared/cos/index.ts';
import {
  attemptId,
  claimOf,
  digestOf,
  isIntact,
  metadataBytes,
  readMarker,
  writeMarker,
} from '../../../shared/identity/marker.ts';
import type { Marker } from '../../../shared/identity/types.ts';
import { refOf } from '../../../shared/identity/version.ts';
import { DESTINATION, SOURCE } from '../replication/decide/build.ts';

const VERSION = 'MTg0NDUwNDQwNzM3MDk0MjgxNTk';
/** Of the key `a/b` at DESTINATION. */
const DIGEST = '08a86d9cfce9796f';
const ATTEMPTED = 1_700_000_001_000;
/** As it stands on replicas that are out there; a later release has to read it too. */
const SAMPLE = {
  'replication-source': `ap-guangzhou/source-1250000000/${VERSION}`,
  'replication-time': '1700000000123',
  'replication-base': '-',
  'replication-crc64': '123',
  'replication-id': `1700000001-vu1-${DIGEST}`,
};

const markerWith = (change: Partial<Marker> = {}): Marker => ({
  source: SOURCE,
  ref: refOf(VERSION, 0, ''),
  base: undefined,
  crc64: '123',
  id: attemptId(ATTEMPTED, true, 'u1', DIGEST),
  named: true,
  attempted: ATTEMPTED,
  ...change,
});

const headWith = (meta: Record<string, string>, crc64: string | undefined = '123'): ObjectHead => ({
  versionId: 'd1',
  etag: '"e"',
  size: 1,
  lastModified: ATTEMPTED,
  crc64,
  storageClass: 'STANDARD',
  headers: {},
  meta,
  encryption: undefined,
  restore: undefined,
});

const arbitraryRef = fc.oneof(
  fc.integer({ min: 1, max: 2 ** 32 }).map((n) =>
    refOf(
      Buffer.from(String(2n ** 64n - 1n - BigInt(n) * 1_000_000n))
        .toString('base64')
        .replace(/=+$/, ''),
      0,
      '',
    ),
  ),
  fc
    .tuple(fc.integer({ min: 1, max: 2 ** 32 }), fc.stringMatching(/^[0-9a-f]{32}(-\d{1,4})?$/))
    .map(([seconds, etag]) => refOf('null', seconds * 1000, `"${etag}"`)),
);
const arbitraryMarker: fc.Arbitrary<Marker> = fc
  .record({
    ref: arbitraryRef,
    base: fc.option(arbitraryRef, { nil: undefined }),
    crc64: fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String), { nil: undefined }),
    named: fc.boolean(),
    inParts: fc.boolean(),
    seconds: fc.integer({ min: 0, max: 2 ** 33 }),
    unique: fc.stringMatching(/^[0-9A-Za-z]{1,20}$/),
  })
  .map(({ seconds, unique, inParts, ...some }) => ({
    source: SOURCE,
    ...some,
    attempted: seconds * 1000,
    ...(inParts ? { inParts } : {}),
    id: attemptId(seconds * 1000, some.named, unique, DIGEST, inParts),
  }));

describe('the marker on a replica', () => {
  test('has the public names and forms', () => {
    expect(writeMarker({ own: 'kept' }, markerWith())).toStrictEqual({ own: 'kept', ...SAMPLE });
  });

  test('of a null version says which one by its ETag, for the ID and the time do not', () => {
    const marker = markerWith({
      ref: refOf('null', 5000, '"e1"'),
      base: refOf('null', 4000, '"e0"'),
      crc64: undefined,
    });
    expect(writeMarker({}, marker)).toStrictEqual({
      ...SAMPLE,
      'replication-source': 'ap-guangzhou/source-1250000000/null',
      'replication-etag': 'e1',
      'replication-time': '5000',
      'replication-base': 'null/4000/e0',
      'replication-crc64': '-',
    });
  });

  test('carries a version ID whole, slashes and padding included: only the region and the bucket stand before it', () => {
    const ref = refOf('Ab/c+d/e==', 5000, '');
    expect(readMarker(writeMarker({}, markerWith({ ref })))?.ref).toEqual(ref);
  });

  test('of a null version without an ETag is read back as that very version', () => {
    const ref = refOf('null', 5000, '');
    const { 'replication-etag': empty, ...stored } = writeMarker({}, markerWith({ ref }));
    expect(empty).toBe('');
    // COS keeps no empty values.
    expect(readMarker(stored)?.ref).toEqual(ref);
  });

  test('without a base says that nothing was accounted for', () => {
    const { 'replication-base': none, ...stored } = SAMPLE;
    expect(none).toBe('-');
    expect(readMarker(stored)).toEqual(markerWith());
  });

  test('is read back as it was written, null versions and missing values included', () => {
    fc.assert(
      fc.property(arbitraryMarker, (marker) => {
        expect(readMarker(writeMarker({}, marker))).toEqual(marker);
      }),
    );
  });

  test('leaves the object its own metadata', () => {
    const own = fc.dictionary(fc.stringMatching(/^[a-z][a-z-]{0,8}$/), fc.string());
    fc.assert(
      fc.property(own, arbitraryMarker, (meta, marker) => {
        expect(writeMarker(meta, marker)).toMatchObject(meta);
      }),
    );
  });

  test('takes the place of the marker of an earlier life, whatever that held', () => {
    fc.assert(
      fc.property(arbitraryMarker, arbitraryMarker, (earlier, marker) => {
        expect(writeMarker(writeMarker({ own: '1' }, earlier), marker)).toEqual(writeMarker({ own: '1' }, marker));
      }),
    );
  });

  test('two null versions are told apart by their ETag and time', () => {
    const one = writeMarker({}, markerWith({ ref: refOf('null', 5000, '"a"') }));
    const other = writeMarker({}, markerWith({ ref: refOf('null', 5000, '"b"') }));
    expect(one['replication-source']).toBe('ap-guangzhou/source-1250000000/null');
    expect(readMarker(one)?.ref.id).not.toBe(readMarker(other)?.ref.id);
  });

  test.each([
    ['replication-source', 'elsewhere'],
    ['replication-source', ''],
    ['replication-source', 'ap-guangzhou/source-1250000000/'],
    ['replication-source', `AP-GUANGZHOU/source-1250000000/${VERSION}`],
    ['replication-source', `\n/x/${VERSION}`],
    ['replication-source', `!ap-guangzhou/source-1250000000/${VERSION}`],
    ['replication-source', `ap-guangzhou/source-1250000000/${VERSION}!`],
    ['replication-time', 'yesterday'],
    ['replication-time', ''],
    ['replication-time', '-1'],
    ['replication-time', '1'.repeat(16)],
    ['replication-crc64', ''],
    ['replication-crc64', '0x12'],
    ['replication-crc64', '1'.repeat(21)],
    ['replication-id', 'u1'],
    ['replication-id', `1700000001-xu1-${DIGEST}`],
    ['replication-id', `1700000001-vu1-${DIGEST.slice(1)}`],
    ['replication-id', `1700000001-v-${DIGEST}`],
    ['replication-id', `x1700000001-vu1-${DIGEST}`],
    ['replication-id', `1700000001-vu1-${DIGEST}0`],
  ])('with %s %j it is none of ours', (name, value) => {
    expect(readMarker(SAMPLE)).toBeDefined();
    expect(readMarker({ ...SAMPLE, [name]: value })).toBeUndefined();
  });

  test.each(['replication-source', 'replication-time', 'replication-crc64', 'replication-id'])(
    'without %s it is none of ours',
    (name) => {
      expect(readMarker(Object.fromEntries(Object.entries(SAMPLE).filter(([key]) => key !== name)))).toBeUndefined();
    },
  );

  test('whatever a user writes there, reading never throws', () => {
    const value = fc.oneof(fc.string(), fc.constantFrom(...Object.values(SAMPLE)));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(SAMPLE)), value), (meta) => {
        expect(() => readMarker(meta)).not.toThrow();
      }),
    );
  });
});

describe('whose replica it is', () => {
  test('is told by a digest of place and key that never changes, or all replicas so far would be disowned', () => {
    expect(digestOf(DESTINATION, 'a/b', nodeHash)).toBe(DIGEST);
  });

  test('only one made at this very place, bucket, region and key', () => {
    expect(claimOf(headWith(SAMPLE), DIGEST)).toEqual(markerWith());
    const elsewhere = [
      digestOf(DESTINATION, 'a/c', nodeHash),
      digestOf({ ...DESTINATION, region: 'ap-beijing' }, 'a/b', nodeHash),
      digestOf({ ...DESTINATION, bucket: 'other-1250000000' }, 'a/b', nodeHash),
    ];
    for (const digest of elsewhere) expect(claimOf(headWith(SAMPLE), digest)).toBeUndefined();
  });

  test("an object without a marker is somebody else's", () => {
    expect(claimOf(headWith({ own: '1' }), DIGEST)).toBeUndefined();
  });

  test('its own CRC64 proves the bytes; where the source had none there is nothing to compare', () => {
    expect(isIntact(headWith(SAMPLE, '123'), markerWith())).toBe(true);
    expect(isIntact(headWith(SAMPLE, '124'), markerWith())).toBe(false);
    expect(isIntact({ ...headWith(SAMPLE), crc64: undefined }, markerWith())).toBe(false);
    expect(isIntact(headWith(SAMPLE, '124'), markerWith({ crc64: undefined }))).toBe(true);
  });
});

test('metadata is counted with the names and their prefix', () => {
  expect(metadataBytes({})).toBe(0);
  expect(metadataBytes({ ab: 'xyz' })).toBe('x-cos-meta-abxyz'.length);
  expect(metadataBytes({ ab: 'xyz', c: '' })).toBe('x-cos-meta-abxyz'.length + 'x-cos-meta-c'.length);
});
