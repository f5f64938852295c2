import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_USERS, CosError, type CopyAttributes, type Cos, type Place } from '../../../shared/cos/index.ts';
import { STORES, type Store } from './stores.ts';

/**
 * The calls that the product needs from COS. The deployed client and the storage core of simulated worlds both pass, so
 * the simulation proves nothing that does not hold for the client. All tests are in one file, because opening the stores
 * takes longer than the tests.
 */

const bytes = (text: string): Uint8Array => Buffer.from(text);
const NONE: CopyAttributes = { headers: {}, meta: {}, storageClass: 'STANDARD' };
const MISSING = 'MTg0NDUwNDQwNzM3MDk0MjgxNTk';

async function failureOf(
  call: Promise<unknown>,
): Promise<{ code: string; status: number | undefined; retryable: boolean }> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CosError)) throw new Error(`not a CosError: ${String(error)}`);
  const { code, status, retryable } = error;
  return { code, status, retryable };
}

describe.each(STORES)('%s', (_, open) => {
  let store: Store;
  let cos: Cos;
  let plain: Place;
  let source: Place;
  let destination: Place;
  beforeAll(async () => {
    store = await open();
    ({ cos } = store);
    plain = await store.bucket();
    source = await store.bucket('Enabled');
    destination = await store.bucket('Enabled');
  });
  afterAll(() => store.close());

  const put = async (key: string, text = key, place = source): Promise<string> =>
    (await cos.putObject(place, key, bytes(text))).versionId ?? '';
  const copy = async (key: string, attributes: Partial<CopyAttributes> = {}, from = key) => {
    const versionId = await put(from);
    const one = { place: source, key: from, versionId };
    const made = await cos.copyObject(destination, key, one, { ...NONE, ...attributes });
    return { ...made, source: versionId };
  };
  const headOf = async (place: Place, key: string, versionId?: string) => {
    const result = await cos.headObject(place, key, versionId);
    if (!result.found) throw new Error(`the object ${key} is missing`);
    return result.head;
  };

  describe('objects', () => {
    it('are returned with their bytes, an ETag in quotes and whole seconds', async () => {
      const made = await cos.putObject(plain, 'a/b c', bytes('hello'), { contentType: 'text/plain' });
      expect(made).toEqual({
        versionId: undefined,
        etag: '"5d41402abc4b2a76b9719d911017c592"',
        crc64: expect.stringMatching(/^\d+$/) as string,
      });
      const got = await cos.getObject(plain, 'a/b c');
      expect(Buffer.from(got?.body ?? []).toString()).toBe('hello');
      expect(got).toMatchObject({ etag: made.etag });
      expect([(got?.lastModified ?? 1) % 1000, (got?.date ?? 1) % 1000]).toEqual([0, 0]);
      expect(await headOf(plain, 'a/b c')).toMatchObject({
        versionId: undefined,
        etag: made.etag,
        size: 5,
        crc64: made.crc64,
        storageClass: 'STANDARD',
        headers: { 'content-type': 'text/plain' },
        meta: {},
        encryption: undefined,
        restore: undefined,
      });
    });

    it('can be missing without an error, but a missing bucket is an error', async () => {
      expect(await cos.getObject(plain, 'nothing')).toBeUndefined();
      expect(await cos.headObject(plain, 'nothing')).toMatchObject({
        found: false,
        deleteMarker: false,
        versionId: undefined,
      });
      expect(await cos.headObject(source, 'nothing', MISSING)).toMatchObject({ found: false });
      expect(await failureOf(cos.getObject(store.missing(), 'nothing'))).toMatchObject({
        code: 'NoSuchBucket',
        status: 404,
      });
    });

    it('are read no further than the limit', async () => {
      await put('long', 'x'.repeat(100), plain);
      expect((await cos.getObject(plain, 'long', { limit: 100 }))?.body).toHaveLength(100);
      expect((await failureOf(cos.getObject(plain, 'long', { limit: 99 }))).code).toBe('AnswerTooLarge');
    });

    it('are read in part', async () => {
      const versionId = await put('in part', '0123456789');
      const read = (first: number, last: number) =>
        cos.getRange(source, 'in part', { versionId, range: [first, last] });
      expect(Buffer.from(await read(2, 4)).toString()).toBe('234');
      expect(Buffer.from(await read(9, 9)).toString()).toBe('9');
      expect((await failureOf(read(8, 12))).code).toBe('AnswerMalformed');
    });

    it('are written once where overwriting is forbidden', async () => {
      await cos.putObject(plain, 'once', bytes('1'), { forbidOverwrite: true });
      expect(await failureOf(cos.putObject(plain, 'once', bytes('2'), { forbidOverwrite: true }))).toEqual({
        code: 'FileAlreadyExists',
        status: 409,
        retryable: false,
      });
      expect(Buffer.from((await cos.getObject(plain, 'once'))?.body ?? []).toString()).toBe('1');
    });

    it('are encrypted on request', async () => {
      await cos.putObject(plain, 'secret', bytes('1'), { encrypted: true });
      expect((await headOf(plain, 'secret')).encryption?.algorithm).toBe('AES256');
    });

    it("under a customer's key are listed, and not readable without it", async () => {
      const versionId = await store.seal(source, 'sealed', 'text');
      // The answer to a HEAD has no body, so the client uses the status as the code.
      const unnamed = { code: 'InvalidRequest', status: 400, retryable: false };
      expect(await failureOf(cos.headObject(source, 'sealed'))).toEqual(unnamed);
      expect(await failureOf(cos.headObject(source, 'sealed', versionId))).toEqual(unnamed);
      const refused = { code: 'SsecDecryptHeaderInvalid', status: 400, retryable: false };
      expect(await failureOf(cos.getObject(source, 'sealed'))).toMatchObject(refused);
      const part = { versionId, range: [0, 999] } as const;
      expect(await failureOf(cos.getRange(source, 'sealed', part))).toMatchObject(refused);
      const from = { place: source, key: 'sealed', versionId };
      expect(await failureOf(cos.copyObject(destination, 'sealed', from, NONE))).toMatchObject(refused);
      expect((await cos.listVersions(source, { prefix: 'sealed' })).entries).toMatchObject([
        { key: 'sealed', versionId, size: 4, deleteMarker: false },
      ]);
      expect(await cos.getTags(source, 'sealed', versionId)).toEqual([]);
    });

    it('are deleted by a call that may be repeated', async () => {
      await put('gone', '1', plain);
      for (let i = 0; i < 2; i += 1)
        expect(await cos.deleteObject(plain, 'gone')).toEqual({ versionId: undefined, deleteMarker: false });
      expect(await cos.getObject(plain, 'gone')).toBeUndefined();
    });
  });

  describe('versions', () => {
    it('are read one by one, and listed newest first, with delete markers', async () => {
      const [first, second] = [await put('versions/a', '1'), await put('versions/a', '22')];
      const marker = await cos.deleteObject(source, 'versions/a');
      expect(marker).toEqual({ versionId: expect.any(String) as string, deleteMarker: true });
      expect(await headOf(source, 'versions/a', first)).toMatchObject({ versionId: first, size: 1 });
      expect(await headOf(source, 'versions/a', second)).toMatchObject({ versionId: second, size: 2 });
      expect(await cos.headObject(source, 'versions/a')).toMatchObject({ found: false });
      const { entries, next } = await cos.listVersions(source, { prefix: 'versions/' });
      expect(next).toBeUndefined();
      expect(
        entries.map(({ versionId, isLatest, deleteMarker, size }) => ({ versionId, isLatest, deleteMarker, size })),
      ).toEqual([
        { versionId: marker.versionId, isLatest: true, deleteMarker: true, size: 0 },
        { versionId: second, isLatest: false, deleteMarker: false, size: 2 },
        { versionId: first, isLatest: false, deleteMarker: false, size: 1 },
      ]);
    });

    it('come back when the delete marker is removed', async () => {
      const version = await put('undeleted');
      const { versionId } = await cos.deleteObject(source, 'undeleted');
      expect(await cos.deleteObject(source, 'undeleted', versionId)).toMatchObject({ deleteMarker: true });
      expect((await headOf(source, 'undeleted')).versionId).toBe(version);
      await cos.deleteObject(source, 'undeleted', version);
      expect(await cos.headObject(source, 'undeleted')).toMatchObject({ found: false });
    });

    it('are listed in pages without gaps or repeats', async () => {
      for (let i = 0; i < 3; i += 1) for (const key of ['pages/a', 'pages/b']) await put(key, String(i));
      const all: string[] = [];
      let next: { keyMarker?: string; versionIdMarker?: string } | undefined = {};
      for (let pages = 0; next !== undefined; pages += 1) {
        expect(pages).toBeLessThan(10);
        const page = await cos.listVersions(source, { prefix: 'pages/', maxKeys: 2, ...next });
        expect(page.entries.length).toBeLessThanOrEqual(2);
        all.push(...page.entries.map(({ key, versionId }) => `${key} ${versionId}`));
        next = page.next;
      }
      const whole = (await cos.listVersions(source, { prefix: 'pages/' })).entries;
      expect(whole).toHaveLength(6);
      expect(all).toEqual(whole.map(({ key, versionId }) => `${key} ${versionId}`));
    });

    it('are kept, suspended, or never were, as the bucket says', async () => {
      expect(await cos.getVersioning(source)).toBe('Enabled');
      expect(await cos.getVersioning(plain)).toBeUndefined();
      expect(await cos.getVersioning(await store.bucket('Suspended'))).toBe('Suspended');
      expect((await failureOf(cos.getVersioning(store.missing()))).code).toBe('NoSuchBucket');
    });
  });

  it('objects are listed by prefix, in the order of their bytes, after a cursor', async () => {
    for (const key of ['list/b', 'list/a', 'list/é', 'list/😀', 'list/￿', 'other']) await put(key, '1', plain);
    const { entries, nextMarker } = await cos.listObjects(plain, { prefix: 'list/' });
    expect(entries.map(({ key }) => key)).toEqual(['list/a', 'list/b', 'list/é', 'list/￿', 'list/😀']);
    expect(entries[0]).toMatchObject({ size: 1, etag: expect.stringMatching(/^"[0-9a-f]{32}"$/) as string });
    expect(nextMarker).toBeUndefined();
    const page = await cos.listObjects(plain, { prefix: 'list/', marker: 'list/a', maxKeys: 2 });
    expect([page.entries.map(({ key }) => key), page.nextMarker]).toEqual([['list/b', 'list/é'], 'list/é']);
  });

  describe('copies', () => {
    it('have the bytes of the version, and the attributes of the call', async () => {
      const attributes = {
        headers: { 'content-type': 'text/css', 'cache-control': 'no-cache' },
        meta: { own: '1' },
        storageClass: 'STANDARD_IA',
      };
      const { versionId, etag, crc64 } = await copy('copied', attributes);
      const head = await headOf(destination, 'copied');
      expect(head).toMatchObject({ versionId, etag, crc64, size: 6, ...attributes, encryption: undefined });
    });

    it('keep the tags of the version unless the call gives some', async () => {
      const versionId = await put('tagged');
      await cos.putTags(source, 'tagged', versionId, [['a', '1']]);
      const from = { place: source, key: 'tagged', versionId };
      await cos.copyObject(destination, 'tagged', from, NONE);
      expect(await cos.getTags(destination, 'tagged')).toEqual([['a', '1']]);
      await cos.copyObject(destination, 'tagged', from, { ...NONE, tags: [['b', '2']] });
      expect(await cos.getTags(destination, 'tagged')).toEqual([['b', '2']]);
      await cos.copyObject(destination, 'tagged', from, { ...NONE, tags: [] });
      expect(await cos.getTags(destination, 'tagged')).toEqual([]);
    });

    it.each(['AES256', 'SM4'] as const)('are encrypted with %s on request', async (algorithm) => {
      await copy(`encrypted/${algorithm}`, { encryption: { algorithm } });
      expect((await headOf(destination, `encrypted/${algorithm}`)).encryption?.algorithm).toBe(algorithm);
    });

    it('can be read by the grantees', async () => {
      const grants = [{ permission: 'READ', grantee: ALL_USERS }] as const;
      await copy('public', { grants });
      expect(await cos.getGrants(destination, 'public')).toEqual(grants);
      await copy('private');
      expect(await cos.getGrants(destination, 'private')).toEqual([]);
    });

    it('are not made from a version that is missing or has another ETag', async () => {
      const from = { place: source, key: 'gone', versionId: MISSING };
      expect(await failureOf(cos.copyObject(destination, 'x', from, NONE))).toMatchObject({
        status: 404,
        retryable: false,
      });
      const versionId = await put('meant');
      const other = { place: source, key: 'meant', versionId, ifMatch: '"0123456789abcdef0123456789abcdef"' };
      expect(await failureOf(cos.copyObject(destination, 'x', other, NONE))).toMatchObject({
        code: 'PreconditionFailed',
        status: 412,
      });
      expect(await cos.headObject(destination, 'x')).toMatchObject({ found: false });
    });

    it('in parts become one object with the attributes of the beginning', async () => {
      const [from, key] = ['parts', 'of parts'];
      const versionId = await put(from, 'x'.repeat(1_500_000));
      const uploadId = await cos.initiateMultipart(destination, key, {
        ...NONE,
        meta: { own: '1' },
        storageClass: 'STANDARD_IA',
      });
      const ranges = [
        [0, 1_048_575],
        [1_048_576, 1_499_999],
      ] as const;
      const etags: string[] = [];
      for (const [i, range] of ranges.entries()) {
        const part = { uploadId, partNumber: i + 1, source: { place: source, key: from, versionId }, range };
        etags.push(await cos.uploadPartCopy(destination, key, part));
      }
      const parts = await cos.listParts(destination, key, uploadId);
      expect(parts).toEqual(
        ranges.map(([first, last], i) => ({ partNumber: i + 1, etag: etags[i], size: last - first + 1 })),
      );
      const { crc64 } = await cos.completeMultipart(destination, key, uploadId, parts);
      const head = await headOf(destination, key);
      expect(head).toMatchObject({ size: 1_500_000, meta: { own: '1' }, storageClass: 'STANDARD_IA', crc64 });
      expect(crc64).toBe((await headOf(source, from)).crc64);
      expect(head.etag).toMatch(/-2"$/);
    });

    it('in parts can be aborted, more than once, and are no upload afterwards', async () => {
      const uploadId = await cos.initiateMultipart(destination, 'given up', NONE);
      expect(await cos.listParts(destination, 'given up', uploadId)).toEqual([]);
      for (let i = 0; i < 2; i += 1) await cos.abortMultipart(destination, 'given up', uploadId);
      expect(await failureOf(cos.listParts(destination, 'given up', uploadId))).toMatchObject({
        code: 'NoSuchUpload',
        status: 404,
      });
    });
  });

  describe('tags and grants', () => {
    it('are replaced on one version, which stays the same', async () => {
      const [first, second] = [await put('replaced', '1'), await put('replaced', '2')];
      await cos.putTags(source, 'replaced', first, [
        ['b', '2'],
        ['a', '中'],
      ]);
      expect(await cos.getTags(source, 'replaced', first)).toHaveLength(2);
      expect(await cos.getTags(source, 'replaced', second)).toEqual([]);
      await cos.putTags(source, 'replaced', first, []);
      expect(await cos.getTags(source, 'replaced', first)).toEqual([]);
      const grants = [{ permission: 'READ', grantee: ALL_USERS }] as const;
      await cos.putGrants(source, 'replaced', first, grants);
      expect(await cos.getGrants(source, 'replaced', first)).toEqual(grants);
      expect(await cos.getGrants(source, 'replaced', second)).toEqual([]);
      await cos.putGrants(source, 'replaced', first, []);
      expect(await cos.getGrants(source, 'replaced', first)).toEqual([]);
      expect((await cos.listVersions(source, { prefix: 'replaced' })).entries).toHaveLength(2);
    });

    it('of a missing version cannot be read', async () => {
      await put('some');
      for (const call of [cos.getTags(source, 'some', MISSING), cos.getGrants(source, 'some', MISSING)])
        expect(await failureOf(call)).toMatchObject({ status: 404, retryable: false });
    });
  });

  it('a bucket can be found or missing, is no link, and has no rules of its own', async () => {
    expect([await cos.headBucket(source), await cos.headBucket(store.missing())]).toEqual(['exists', 'missing']);
    expect(await cos.hasNativeReplication(source)).toBe(false);
    expect(await cos.isSymlink(source, 'plain', await put('plain'))).toBe(false);
  });
});
