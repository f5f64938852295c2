import { ALL_USERS } from '../../../shared/cos/index.ts';
import { describe, expect, it } from 'vitest';
import { copy, failureOf, headOf, MISSING, NONE, put, type Opened } from './opened.ts';

const PUBLIC = [{ permission: 'READ', grantee: ALL_USERS }] as const;

/** Cases of copies, whole and in parts. */
export function copyCases(opened: () => Opened): void {
  describe('copies', () => {
    it('have the bytes of the version, and the attributes of the call', async () => {
      const { destination } = opened();
      const attributes = {
        headers: { 'content-type': 'text/css', 'cache-control': 'no-cache' },
        meta: { own: '1' },
        storageClass: 'STANDARD_IA',
      };
      const { versionId, etag, crc64 } = await copy(opened(), 'copied', attributes);
      const head = await headOf(opened(), destination, 'copied');
      expect(head).toMatchObject({ versionId, etag, crc64, size: 6, ...attributes, encryption: undefined });
    });

    it('keep the tags of the version unless the call gives some', async () => {
      const { cos, source, destination } = opened();
      const versionId = await put(opened(), 'tagged');
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
      const { destination } = opened();
      await copy(opened(), `encrypted/${algorithm}`, { encryption: { algorithm } });
      expect((await headOf(opened(), destination, `encrypted/${algorithm}`)).encryption?.algorithm).toBe(algorithm);
    });

    it('are encrypted with a KMS key on request, which their HEAD names', async () => {
      const { destination } = opened();
      const encryption = { algorithm: 'cos/kms', kmsKeyId: '00000000-1111-2222-3333-444444444444' } as const;
      await copy(opened(), 'encrypted/kms', { encryption });
      expect((await headOf(opened(), destination, 'encrypted/kms')).encryption).toMatchObject(encryption);
    });

    it('of an archived version are refused', async () => {
      const { cos, source, destination } = opened();
      const { versionId } = await copy(opened(), 'archived', { storageClass: 'ARCHIVE' });
      expect(await headOf(opened(), destination, 'archived')).toMatchObject({ storageClass: 'ARCHIVE' });
      const from = { place: destination, key: 'archived', versionId };
      const refused = { code: 'InvalidObjectState', status: 403, retryable: false };
      expect(await failureOf(cos.copyObject(source, 'from the archive', from, NONE))).toEqual(refused);
    });

    it('can be read by the grantees', async () => {
      const { cos, destination } = opened();
      await copy(opened(), 'public', { grants: PUBLIC });
      expect(await cos.getGrants(destination, 'public')).toEqual(PUBLIC);
      await copy(opened(), 'private');
      expect(await cos.getGrants(destination, 'private')).toEqual([]);
    });

    it('are not made from a version that is missing or has another ETag', async () => {
      const { cos, source, destination } = opened();
      const from = { place: source, key: 'gone', versionId: MISSING };
      expect(await failureOf(cos.copyObject(destination, 'x', from, NONE))).toMatchObject({
        status: 404,
        retryable: false,
      });
      const versionId = await put(opened(), 'meant');
      const other = { place: source, key: 'meant', versionId, ifMatch: '"0123456789abcdef0123456789abcdef"' };
      expect(await failureOf(cos.copyObject(destination, 'x', other, NONE))).toMatchObject({
        code: 'PreconditionFailed',
        status: 412,
      });
      expect(await cos.headObject(destination, 'x')).toMatchObject({ found: false });
    });

    it('in parts become one object with the attributes of the beginning', async () => {
      const { cos, source, destination } = opened();
      const [from, key] = ['parts', 'of parts'];
      const versionId = await put(opened(), from, 'x'.repeat(1_500_000));
      const uploadId = await cos.initiateMultipart(destination, key, {
        ...NONE,
        meta: { own: '1' },
        storageClass: 'STANDARD_IA',
        encryption: { algorithm: 'AES256' },
        tags: [['a', '1']],
        grants: PUBLIC,
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
      const others = parts.map((part) => ({ ...part, etag: parts[0]?.etag ?? '' }));
      const invalid = { code: 'InvalidPart', status: 400, retryable: false };
      expect(await failureOf(cos.completeMultipart(destination, key, uploadId, others))).toEqual(invalid);
      const { crc64 } = await cos.completeMultipart(destination, key, uploadId, parts);
      const head = await headOf(opened(), destination, key);
      expect(head).toMatchObject({ size: 1_500_000, meta: { own: '1' }, storageClass: 'STANDARD_IA', crc64 });
      expect(crc64).toBe((await headOf(opened(), source, from)).crc64);
      expect(head.etag).toMatch(/-2"$/);
      expect(head.encryption?.algorithm).toBe('AES256');
      expect(await cos.getTags(destination, key)).toEqual([['a', '1']]);
      expect(await cos.getGrants(destination, key)).toEqual(PUBLIC);
    });

    it('in parts can be aborted, more than once, and are no upload afterwards', async () => {
      const { cos, destination } = opened();
      const uploadId = await cos.initiateMultipart(destination, 'given up', NONE);
      expect(await cos.listParts(destination, 'given up', uploadId)).toEqual([]);
      for (let i = 0; i < 2; i += 1) await cos.abortMultipart(destination, 'given up', uploadId);
      expect(await failureOf(cos.listParts(destination, 'given up', uploadId))).toMatchObject({
        code: 'NoSuchUpload',
        status: 404,
      });
    });
  });
}
