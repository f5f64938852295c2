import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBlobStore } from '../../cos/index.ts';
import type { Blob, BlobStore } from '../../cos/index.ts';
import { textOf } from './setup.ts';

const GIGABYTE = 1024 ** 3;

let folder: string;
let store: BlobStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blobs-test-'));
  store = createBlobStore({ folder, threshold: 10 });
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

const files = async (): Promise<string[]> => {
  const [own] = await readdir(folder);
  return own === undefined ? [] : readdir(join(folder, own));
};

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

describe('a streamed blob', () => {
  it('stays in memory up to the threshold', async () => {
    const blob = await store.fromStream(chunks('01234', '56789'));
    expect(await textOf(blob)).toBe('0123456789');
    expect(blob).toMatchObject({ size: 10, md5: md5('0123456789') });
    expect(await readdir(folder)).toEqual([]);
  });

  it('is in a file of a private folder past the threshold', async () => {
    const blob = await store.fromStream(chunks('01234', '56789', 'a'));
    expect(await textOf(blob)).toBe('0123456789a');
    expect(blob.md5).toBe(md5('0123456789a'));
    expect(blob.crc64).toBe(store.fromBytes(Buffer.from('0123456789a')).crc64);
    expect(await files()).toHaveLength(1);
    const [own = ''] = await readdir(folder);
    expect((await stat(join(folder, own))).mode & 0o077).toBe(0);
  });

  it('is empty without bytes', async () => {
    const blob = await store.fromStream(chunks());
    expect(blob).toMatchObject({ size: 0, md5: md5(''), crc64: '0' });
    expect(await textOf(blob)).toBe('');
  });

  it('is refused past its limit, and its file removed', async () => {
    await expect(store.fromStream(chunks('0123456789', 'abc', 'def'), 15)).rejects.toMatchObject({
      code: 'EntityTooLarge',
      status: 400,
    });
    expect(await files()).toEqual([]);
    expect(await store.fromStream(chunks('0123456789', 'abcde'), 15)).toMatchObject({ size: 15 });
  });

  it('leaves nothing behind after a broken stream, and passes the error on', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* chunks('0123456789abc');
      throw new Error('connection reset');
    }
    await expect(store.fromStream(broken())).rejects.toThrow('connection reset');
    expect(await files()).toEqual([]);
  });

  it('whose file somebody cut short fails when read, and does not end early', async () => {
    const blob = await store.fromStream(chunks('0123456789abc'));
    const [own = ''] = await readdir(folder);
    const [name = ''] = await files();
    await truncate(join(folder, own, name), 5);
    await expect(textOf(blob)).rejects.toThrow('ends at 5, before 13');
    expect(() => store.slice(blob, 2, 7).crc64).toThrow('ends at 5, before 8');
  });

  it('keeps its bytes, whatever changes later', async () => {
    const source = Buffer.from('abc');
    const blob = store.fromBytes(source);
    source.fill('x');
    expect(await textOf(blob)).toBe('abc');
  });
});

describe('closing', () => {
  it('removes the folder, and a closed store accepts no more files', async () => {
    await store.fromStream(chunks('0123456789abc'));
    await store.close();
    expect(await readdir(folder)).toEqual([]);
    await expect(store.fromStream(chunks('0123456789abc'))).rejects.toThrow('closed');
  });

  it('twice is no error', async () => {
    await store.close();
    await expect(store.close()).resolves.toBeUndefined();
  });
});

describe('slices and compositions', () => {
  it('have the bytes and the checksum of the same range of the whole, whatever they consist of', async () => {
    const text = 'The quick brown fox jumps over the lazy dog';
    const inFile = await store.fromStream(chunks(text));
    const inMemory = store.fromBytes(Buffer.from(text));
    const pattern = store.repeat(Buffer.from(text), text.length * 3);
    const composed = store.compose([inFile, inMemory, store.fromBytes(Buffer.alloc(0)), pattern]);
    const whole = text.repeat(5);
    expect(composed).toMatchObject({ size: whole.length, md5: undefined });
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(whole.length - 1), async (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const expected = whole.slice(start, end + 1);
        const slice = store.slice(composed, start, end);
        expect(await textOf(slice)).toBe(expected);
        expect(await textOf(composed, start, end)).toBe(expected);
        expect(slice).toMatchObject({ size: expected.length, crc64: crcOf(expected) });
      }),
      { numRuns: 60 },
    );
    expect(composed.crc64).toBe(crcOf(whole));
  });

  it('slices of slices', async () => {
    const blob = store.slice(store.slice(await store.fromStream(chunks('0123456789abcdef')), 2, 12), 3, 6);
    expect(await textOf(blob)).toBe('5678');
    expect(blob.crc64).toBe(crcOf('5678'));
  });

  it('of the whole blob are that blob with its MD5', () => {
    const blob = store.fromBytes(Buffer.from('abc'));
    expect(store.slice(blob, 0, 2)).toBe(blob);
  });

  it.each([
    [0, 3],
    [-1, 1],
    [2, 1],
    [Number.NaN, 1],
  ])('refuses bytes %d to %d of three', (start, end) => {
    expect(() => store.slice(store.fromBytes(Buffer.from('abc')), start, end)).toThrow(RangeError);
  });

  it('refuses blobs from elsewhere', () => {
    const foreign: Blob = { size: 3, md5: undefined, crc64: '0', read: () => chunks('abc') };
    expect(() => store.slice(foreign, 0, 1)).toThrow(TypeError);
    expect(() => store.compose([foreign])).toThrow(TypeError);
  });

  function crcOf(text: string): string {
    return store.fromBytes(Buffer.from(text)).crc64;
  }
});

describe('blobs of any size at no cost', () => {
  it('halves of six gigabytes have the checksum of the whole', () => {
    const whole = store.zeros(6 * GIGABYTE);
    const halves = [store.slice(whole, 0, 2 * GIGABYTE), store.slice(whole, 2 * GIGABYTE + 1, whole.size - 1)];
    expect(store.compose(halves)).toMatchObject({ size: whole.size, crc64: whole.crc64 });
  });

  it('may have ten thousand parts of five gigabytes', () => {
    const part = store.zeros(5 * GIGABYTE);
    const whole = store.compose(Array.from({ length: 10_000 }, () => part));
    expect(whole).toMatchObject({ size: 50_000 * GIGABYTE, crc64: store.zeros(50_000 * GIGABYTE).crc64 });
  });

  it('can be read in the middle', async () => {
    const blob = store.repeat(Buffer.from('0123456789'), 40 * GIGABYTE);
    expect(await textOf(blob, 10_000_000_003, 10_000_000_012)).toBe('3456789012');
  });

  it('need a pattern', () => {
    expect(() => store.repeat(new Uint8Array(), 1)).toThrow(RangeError);
  });
});
