import { describe, expect, it } from 'vitest';
import { bytes, failureOf, headOf, MISSING, NONE, put, type Opened } from './opened.ts';

/** Cases of single objects: reading, writing, conditions, encryption. */
export function objectCases(opened: () => Opened): void {
  describe('objects', () => {
    it('are returned with their bytes, an ETag in quotes and whole seconds', async () => {
      const { cos, plain } = opened();
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
      expect(await headOf(opened(), plain, 'a/b c')).toMatchObject({
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
      const { store, cos, plain, source } = opened();
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
      const { cos, plain } = opened();
      await put(opened(), 'long', 'x'.repeat(100), plain);
      expect((await cos.getObject(plain, 'long', { limit: 100 }))?.body).toHaveLength(100);
      expect((await failureOf(cos.getObject(plain, 'long', { limit: 99 }))).code).toBe('AnswerTooLarge');
    });

    it('are read in part', async () => {
      const { cos, source } = opened();
      const versionId = await put(opened(), 'in part', '0123456789');
      const read = (first: number, last: number) =>
        cos.getRange(source, 'in part', { versionId, range: [first, last] });
      expect(Buffer.from(await read(2, 4)).toString()).toBe('234');
      expect(Buffer.from(await read(9, 9)).toString()).toBe('9');
      expect((await failureOf(read(8, 12))).code).toBe('AnswerMalformed');
    });

    it('are written once where overwriting is forbidden', async () => {
      const { cos, plain } = opened();
      await cos.putObject(plain, 'once', bytes('1'), { forbidOverwrite: true });
      expect(await failureOf(cos.putObject(plain, 'once', bytes('2'), { forbidOverwrite: true }))).toEqual({
        code: 'FileAlreadyExists',
        status: 409,
        retryable: false,
      });
      expect(Buffer.from((await cos.getObject(plain, 'once'))?.body ?? []).toString()).toBe('1');
    });

    it('are not sent again to a reader who knows their ETag', async () => {
      const { cos, plain } = opened();
      const { etag } = await cos.putObject(plain, 'known', bytes('1'));
      expect(await cos.getObject(plain, 'known', { unless: etag })).toMatchObject({ etag, unchanged: true });
      await put(opened(), 'known', '2', plain);
      const other = await cos.getObject(plain, 'known', { unless: etag });
      expect([Buffer.from(other?.body ?? []).toString(), other?.unchanged]).toEqual(['2', undefined]);
      expect(await cos.getObject(plain, 'unknown', { unless: etag })).toBeUndefined();
    });

    it('are encrypted on request', async () => {
      const { cos, plain } = opened();
      await cos.putObject(plain, 'secret', bytes('1'), { encrypted: true });
      expect((await headOf(opened(), plain, 'secret')).encryption?.algorithm).toBe('AES256');
    });

    it("under a customer's key are listed, and not readable without it", async () => {
      const { store, cos, source, destination } = opened();
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
      const { cos, plain } = opened();
      await put(opened(), 'gone', '1', plain);
      for (let i = 0; i < 2; i += 1)
        expect(await cos.deleteObject(plain, 'gone')).toEqual({ versionId: undefined, deleteMarker: false });
      expect(await cos.getObject(plain, 'gone')).toBeUndefined();
    });
  });
}
