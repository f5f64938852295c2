import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../shared/cos/index.ts';
import {
  attemptId,
  MEASURE,
  metadataBytes,
  ownMetadata,
  readMarker,
  signerFor,
  writeMarker,
} from '../../../shared/identity/marker.ts';
import type { Marker } from '../../../shared/identity/types.ts';
import { refOf } from '../../../shared/identity/version.ts';
import { DESTINATION, SOURCE } from '../replication/decide/build.ts';
import { KEY } from './keys.ts';

const VERSION = 'MTg0NDUwNDQwNzM3MDk0MjgxNTk';
const ATTEMPTED = 1_700_000_001_000;
/** As it is on existing replicas, which later releases must read too. */
const SAMPLE = {
  'replication-source': `ap-guangzhou/source-1250000000/${VERSION}`,
  'replication-marker': '1;;;c123;1700000001-vu1;;0a1b2c3d;hcLWf3OZDrW8pj4rhJyAH9',
};
const SIGNER = signerFor(KEY, nodeHash, DESTINATION, 'a/b');

const markerWith = (change: Partial<Marker> = {}): Marker => ({
  source: SOURCE,
  ref: refOf(VERSION, 0, ''),
  base: undefined,
  proof: { by: 'crc64', value: '123' },
  id: attemptId(ATTEMPTED, true, 'u1'),
  named: true,
  attempted: ATTEMPTED,
  ...change,
});
const written = (marker: Marker, own: Record<string, string> = {}) => writeMarker(own, marker, SIGNER);
const reread = (marker: Marker): Marker | undefined => readMarker(written(marker))?.marker;

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
    proof: fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((n) => ({ by: 'crc64' as const, value: String(n) })),
      fc.stringMatching(/^[0-9a-f]{32}$/).map((value) => ({ by: 'etag' as const, value })),
      fc.nat().map((n) => ({ by: 'size' as const, value: String(n) })),
    ),
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
    id: attemptId(seconds * 1000, some.named, unique, inParts),
  }));

describe('the marker on a replica', () => {
  it('has the public names and forms', () => {
    expect(written(markerWith(), { own: 'kept' })).toStrictEqual({ own: 'kept', ...SAMPLE });
  });

  it('names a null version by its time and ETag, because the ID does not', () => {
    const marker = markerWith({
      ref: refOf('null', 5000, '"e1"'),
      base: refOf('null', 4000, '"e0"'),
      proof: { by: 'size', value: '7' },
    });
    expect(written(marker)).toMatchObject({
      'replication-source': 'ap-guangzhou/source-1250000000/null',
      'replication-marker': expect.stringMatching(/^1;5000;null\/4000\/e0;s7;1700000001-vu1;e1;0a1b2c3d;/),
    });
  });

  it('carries a version ID whole, slashes and padding included: only region and bucket stand before it', () => {
    const ref = refOf('Ab/c+d/e==', 5000, '');
    expect(reread(markerWith({ ref, base: ref }))).toEqual(markerWith({ ref, base: { ...ref, time: 0 } }));
  });

  it('of a null version without an ETag, or with an unusual one, is read back as that very version', () => {
    for (const etag of ['', '"a;b%c d"', '"é"']) {
      const ref = refOf('null', 5000, etag);
      expect(reread(markerWith({ ref }))?.ref).toEqual(ref);
    }
  });

  it('is read back as written, null versions and missing values included', () => {
    fc.assert(
      fc.property(arbitraryMarker, (marker) => {
        expect(reread(marker)).toEqual(marker);
      }),
    );
  });

  it('leaves the object its own metadata', () => {
    const own = fc.dictionary(fc.stringMatching(/^[a-z][a-z-]{0,8}$/), fc.string());
    fc.assert(
      fc.property(own, arbitraryMarker, (meta, marker) => {
        expect(written(marker, meta)).toMatchObject(meta);
        expect(ownMetadata(written(marker, meta))).toEqual(meta);
      }),
    );
  });

  it('replaces an earlier marker, whatever that held', () => {
    fc.assert(
      fc.property(arbitraryMarker, arbitraryMarker, (earlier, marker) => {
        expect(written(marker, written(earlier, { own: '1' }))).toEqual(written(marker, { own: '1' }));
      }),
    );
  });

  it('tells two null versions apart by their ETag and time', () => {
    const one = markerWith({ ref: refOf('null', 5000, '"a"') });
    const other = markerWith({ ref: refOf('null', 5000, '"b"') });
    expect(reread(one)?.ref.id).not.toBe(reread(other)?.ref.id);
  });

  it('has the size that was computed before, and less than 260 bytes for the longest names', () => {
    fc.assert(
      fc.property(arbitraryMarker, (marker) => {
        expect(metadataBytes(written(marker))).toBe(metadataBytes(writeMarker({}, marker, MEASURE)));
      }),
    );
    expect(metadataBytes(written(markerWith({ base: refOf(VERSION, 0, '') })))).toBeLessThan(260);
  });

  const MARKER = SAMPLE['replication-marker'];
  it.each([
    ['replication-source', 'elsewhere'],
    ['replication-source', ''],
    ['replication-source', 'ap-guangzhou/source-1250000000/'],
    ['replication-source', `AP-GUANGZHOU/source-1250000000/${VERSION}`],
    ['replication-source', `\n/x/${VERSION}`],
    ['replication-source', `!ap-guangzhou/source-1250000000/${VERSION}`],
    ['replication-source', `ap-guangzhou/source-1250000000/${VERSION}!`],
    ['replication-source', `ap-guangzhou/source-1250000000/${'x'.repeat(2000)}`],
    ['replication-marker', ''],
    ['replication-marker', MARKER.replace('1;', '2;')],
    ['replication-marker', MARKER.replace(';;;', ';yesterday;;')],
    ['replication-marker', MARKER.replace(';;;', `;${'1'.repeat(16)};;`)],
    ['replication-marker', MARKER.replace(';;;', ';%;;')],
    ['replication-marker', MARKER.replace('c123', '')],
    ['replication-marker', MARKER.replace('c123', '123')],
    ['replication-marker', MARKER.replace('c123', 'c0x12')],
    ['replication-marker', MARKER.replace('c123', `c${'1'.repeat(21)}`)],
    ['replication-marker', MARKER.replace('c123', 'efab')],
    ['replication-marker', MARKER.replace('-vu1', '-xu1')],
    ['replication-marker', MARKER.replace('-vu1', '-v')],
    ['replication-marker', MARKER.replace('0a1b2c3d', '0A1B2C3D')],
    ['replication-marker', `${MARKER}x`],
    ['replication-marker', `${MARKER};`],
    ['replication-marker', `;${MARKER}`],
    ['replication-marker', `${'1'.repeat(2000)}${MARKER}`],
  ])('with %s %j is not ours', (name, value) => {
    expect(readMarker(SAMPLE)).toBeDefined();
    expect(value).not.toBe(MARKER);
    expect(readMarker({ ...SAMPLE, [name]: value })).toBeUndefined();
  });

  it.each(Object.keys(SAMPLE))('without %s is not ours', (name) => {
    expect(readMarker(Object.fromEntries(Object.entries(SAMPLE).filter(([key]) => key !== name)))).toBeUndefined();
  });

  it('is read without an exception, whatever a user writes there', () => {
    const value = fc.oneof(fc.string(), fc.constantFrom(...Object.values(SAMPLE)));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(SAMPLE)), value), (meta) => {
        expect(() => readMarker(meta)).not.toThrow();
      }),
    );
  });
});

it('the size of metadata includes the names and their prefix', () => {
  expect(metadataBytes({})).toBe(0);
  expect(metadataBytes({ ab: 'xyz' })).toBe('x-cos-meta-abxyz'.length);
  expect(metadataBytes({ ab: 'xyz', c: '' })).toBe('x-cos-meta-abxyz'.length + 'x-cos-meta-c'.length);
});
