import { describe, expect, it } from 'vitest';
import type { Cos } from '../../../../shared/cos/index.ts';
import { traceCos } from '../../../../shared/deploy/cloud/trace.ts';

const STATE = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };

describe('traceCos', () => {
  it('names call, bucket and key, but no content', async () => {
    const told: string[] = [];
    const bytes = new TextEncoder().encode('the-secret-key');
    // Not the storage core: the test shows which of three answers the trace passes on, unchanged.
    const plain = {
      putObject: async () => ({ versionId: undefined, etag: '"e"', crc64: undefined }),
      headBucket: async () => 'exists',
      getObject: async () => ({ body: bytes, etag: '"e"', lastModified: 0, date: 0 }),
      close: () => undefined,
    };
    const cos = traceCos(plain as unknown as Cos, (text) => void told.push(text));
    await cos.putObject(STATE, 'secrets/marker-key/1', bytes);
    expect((await cos.getObject(STATE, 'secrets/marker-key/1'))?.body).toBe(bytes);
    await cos.headBucket(STATE);
    expect(told).toEqual([
      'cos putObject crr-dev-gz-1250000000/secrets/marker-key/1',
      'cos getObject crr-dev-gz-1250000000/secrets/marker-key/1',
      'cos headBucket crr-dev-gz-1250000000',
    ]);
  });
});
