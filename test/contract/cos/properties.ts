import { ALL_USERS } from '../../../shared/cos/index.ts';
import { describe, expect, it } from 'vitest';
import { failureOf, MISSING, put, type Opened } from './opened.ts';

/** Cases of tags, rights and buckets. */
export function propertyCases(opened: () => Opened): void {
  describe('tags and grants', () => {
    it('are replaced on one version, which stays the same', async () => {
      const { cos, source } = opened();
      const [first, second] = [await put(opened(), 'replaced', '1'), await put(opened(), 'replaced', '2')];
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
      const { cos, source } = opened();
      await put(opened(), 'some');
      for (const call of [cos.getTags(source, 'some', MISSING), cos.getGrants(source, 'some', MISSING)])
        expect(await failureOf(call)).toMatchObject({ status: 404, retryable: false });
    });
  });

  it('a bucket can be found or missing, is no link, and has no rules of its own', async () => {
    const { store, cos, source } = opened();
    expect([await cos.headBucket(source), await cos.headBucket(store.missing())]).toEqual(['exists', 'missing']);
    expect(await cos.hasNativeReplication(source)).toBe(false);
    expect(await cos.isSymlink(source, 'plain', await put(opened(), 'plain'))).toBe(false);
  });
}
