import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeHash, type ObjectHead, type Place } from '../../../shared/cos/index.ts';
import { claimOf, copiesAmong, type Trust } from '../../../shared/identity/claim.ts';
import { LANDING_MS } from '../../../shared/durations/index.ts';
import { attemptId, signerFor, writeMarker } from '../../../shared/identity/marker.ts';
import type { Marker, MarkerKey } from '../../../shared/identity/types.ts';
import { DESTINATION, SOURCE } from '../replication/decide/build.ts';
import { KEY, keyringOf, KEYS } from './keys.ts';

const ATTEMPTED = 1_700_000_001_000;
const MINUTE = 60_000;
const OBJECT = 'a/b';
const TRUST: Trust = { hash: nodeHash, keys: KEYS };
const MARKER: Marker = {
  source: SOURCE,
  ref: { id: 'MTg0NDUwNDQwNzM3MDk0MjgxNTk', time: 1_700_000_000_123_456 },
  base: { id: 'MTg0NDUwNDQwNzM3MDk0MjgxNjA', time: 1_700_000_000_123_455 },
  proof: { by: 'crc64', value: '123' },
  id: attemptId(ATTEMPTED, true, 'u1'),
  named: true,
  attempted: ATTEMPTED,
};

const metaOf = (marker: Marker = MARKER, key = KEY, place: Place = DESTINATION, objectKey = OBJECT) =>
  writeMarker({ own: '1' }, marker, signerFor(key, nodeHash, place, objectKey));
const GENUINE = metaOf();

const headWith = (meta: Record<string, string>, change: Partial<ObjectHead> = {}): ObjectHead => ({
  versionId: 'd1',
  etag: '"0123456789abcdef0123456789abcdef"',
  size: 7,
  lastModified: ATTEMPTED,
  crc64: '123',
  storageClass: 'STANDARD',
  headers: {},
  meta,
  encryption: undefined,
  restore: undefined,
  ...change,
});
const kindOf = async (head: ObjectHead, trust = TRUST, place: Place = DESTINATION, objectKey = OBJECT) =>
  (await claimOf(trust, head, place, objectKey)).kind;

describe('a version is ours', () => {
  // P16
  it('when a deployment signed its marker for this very place', async () => {
    expect(await claimOf(TRUST, headWith(GENUINE), DESTINATION, OBJECT)).toEqual({ kind: 'ours', marker: MARKER });
  });

  it('only with a marker', async () => {
    expect(await kindOf(headWith({ own: '1' }))).toBe('none');
  });

  it.each([
    ['another key', DESTINATION, 'a/c'],
    ['another region', { ...DESTINATION, region: 'ap-beijing' }, OBJECT],
    ['another bucket', { ...DESTINATION, bucket: 'other-1250000000' }, OBJECT],
    ['its own source', SOURCE, OBJECT],
  ])('unless its marker was copied to %s', async (_, place, objectKey) => {
    expect(await kindOf(headWith(GENUINE), TRUST, place, objectKey)).toBe('none');
  });

  it('unless the marker key is unknown, or has another secret', async () => {
    expect(await kindOf(headWith(metaOf(MARKER, { ...KEY, id: 'ffffffff' })))).toBe('none');
    expect(await kindOf(headWith(metaOf(MARKER, { ...KEY, secret: 'guessed' })))).toBe('none');
  });

  it('unless it has a marker of earlier releases, which anybody could make', async () => {
    const old = {
      'replication-source': GENUINE['replication-source'] ?? '',
      'replication-time': '1700000000123',
      'replication-base': '-',
      'replication-crc64': '123',
      'replication-id': '1700000001-vu1-08a86d9cfce9796f',
    };
    expect(await kindOf(headWith(old))).toBe('none');
  });

  it('by whichever key of a deployment or its peers', async () => {
    const peer: MarkerKey = { id: 'bbbbbbbb', secret: 'of a peer', retired: undefined };
    const trust = { hash: nodeHash, keys: keyringOf({ ...KEY, retired: ATTEMPTED + 1 }, peer) };
    expect(await kindOf(headWith(GENUINE), trust)).toBe('ours');
    expect(await kindOf(headWith(metaOf(MARKER, peer)), trust)).toBe('ours');
  });

  it('unless it was attempted long after its key was replaced, so that a leaked secret is useless', async () => {
    const retiredAt = (retired: number) => ({ hash: nodeHash, keys: keyringOf({ ...KEY, retired }) });
    expect(await kindOf(headWith(GENUINE), retiredAt(ATTEMPTED - 15 * MINUTE))).toBe('ours');
    expect(await kindOf(headWith(GENUINE), retiredAt(ATTEMPTED - 15 * MINUTE - 1))).toBe('none');
  });
});

describe("a user's copy of a replica", () => {
  // P17
  it('is recognised when it is younger than its attempt can be, and still names its source', async () => {
    const at = (lastModified: number) => claimOf(TRUST, headWith(GENUINE, { lastModified }), DESTINATION, OBJECT);
    expect(await at(ATTEMPTED + LANDING_MS)).toMatchObject({ kind: 'ours' });
    expect(await at(ATTEMPTED + LANDING_MS + 1000)).toMatchObject({ kind: 'copied', marker: MARKER });
  });

  it('is recognised when an older version has the same attempt; the original is known to have been copied', () => {
    expect(copiesAmong([])).toEqual({ copies: new Set(), originals: new Set() });
    const { copies, originals } = copiesAmong(['c', 'a', undefined, 'b', 'a', 'a']);
    expect([...copies]).toEqual([4, 1]);
    expect([...originals]).toEqual([5]);
  });
});

describe('a version with our marker and other bytes', () => {
  it('is damaged by its CRC64', async () => {
    expect(await kindOf(headWith(GENUINE, { crc64: '124' }))).toBe('damaged');
    expect(await kindOf(headWith(GENUINE, { crc64: undefined }))).toBe('damaged');
  });

  it('is damaged by its ETag or its size, where the source had no CRC64', async () => {
    const etag = metaOf({ ...MARKER, proof: { by: 'etag', value: '0123456789abcdef0123456789abcdef' } });
    expect(await kindOf(headWith(etag))).toBe('ours');
    expect(await kindOf(headWith(etag, { etag: '"00000000000000000000000000000000"' }))).toBe('damaged');
    const size = metaOf({ ...MARKER, proof: { by: 'size', value: '7' } });
    expect(await kindOf(headWith(size))).toBe('ours');
    expect(await kindOf(headWith(size, { size: 8 }))).toBe('damaged');
  });
});

describe('forged markers', () => {
  const pieces = fc.constantFrom(...Object.values(GENUINE), ...(GENUINE['replication-marker'] ?? '').split(';'));
  const changed = (text: string): fc.Arbitrary<string> =>
    fc.oneof(
      // One character is another one, is missing, or comes twice.
      fc.tuple(fc.nat(text.length - 1), fc.stringMatching(/^[ -~]?$/)).map(([at, sign]) => {
        return text.slice(0, at) + sign + text.slice(at + 1);
      }),
      // One field is another one.
      fc.tuple(fc.nat(8), fc.oneof(pieces, fc.stringMatching(/^[A-Za-z0-9/+=-]{0,30}$/))).map(([at, field]) =>
        text
          .split(';')
          .with(Math.min(at, text.split(';').length - 1), field)
          .join(';'),
      ),
      pieces,
      fc.string(),
    );
  const forged = fc
    .tuple(
      fc.option(changed(GENUINE['replication-source'] ?? ''), { nil: GENUINE['replication-source'] ?? '' }),
      fc.option(changed(GENUINE['replication-marker'] ?? ''), { nil: GENUINE['replication-marker'] ?? '' }),
    )
    .map(([source, marker]) => ({ 'replication-source': source, 'replication-marker': marker }))
    .filter((meta) => Object.entries(meta).some(([name, value]) => GENUINE[name] !== value));

  it('make no version count as ours, 100,000 of them, altered and invented', { timeout: 120_000 }, async () => {
    // One 'expect' for all of them: one for each would take half of the time.
    const result = await fc.check(
      fc.asyncProperty(forged, async (meta) => (await kindOf(headWith(meta))) === 'none'),
      { numRuns: 100_000 },
    );
    expect(result).toMatchObject({ failed: false, numRuns: 100_000 });
  });
});
