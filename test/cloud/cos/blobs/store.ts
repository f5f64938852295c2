import { createHash, hash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entityTooLarge } from '../refusals.ts';
import type { Blob, BlobStore } from './types.ts';
import { compose, slice, wholeBlob } from './blob.ts';
import { EMPTY, update } from './crc64.ts';
import { fileExtent, memoryExtent, patternExtent } from './extent.ts';

export interface BlobStoreOptions {
  /** Folder in which the store makes a private one of its own; by default the system's for temporary files. */
  folder?: string;
  /** Bytes up to which a streamed blob stays in memory. Default 64 KB. */
  threshold?: number;
}

/**
 * The bytes of the local cloud. Files are removed by `close` and not before: copies, slices and multipart objects share
 * the bytes of one upload, and a reader may hold a version that was deleted since, so counting the users of a file
 * would burden every caller. The folder never holds more than was uploaded in the life of the store, and a store
 * without a large blob never makes one.
 */
export function createBlobStore(options: BlobStoreOptions = {}): BlobStore {
  const threshold = options.threshold ?? 64 * 1024;
  let folder: string | undefined;
  let files = 0;
  let closed = false;

  function nextFile(): string {
    if (closed) throw new Error('the blob store is closed');
    // Made with mode 0700: the objects in it may be private.
    folder ??= mkdtempSync(join(options.folder ?? tmpdir(), 'cos-blobs-'));
    files += 1;
    return join(folder, String(files));
  }

  async function fromStream(stream: AsyncIterable<Uint8Array>, limit = Infinity): Promise<Blob> {
    let md5: ReturnType<typeof createHash> | undefined;
    let checksum = EMPTY;
    let size = 0;
    let held: Uint8Array[] = [];
    let path: string | undefined;
    let file: Awaited<ReturnType<typeof open>> | undefined;
    try {
      for await (const chunk of stream) {
        size += chunk.length;
        if (size > limit) {
          throw entityTooLarge();
        }
        held.push(chunk);
        if (size <= threshold) continue;
        for (const bytes of held) {
          (md5 ??= createHash('md5')).update(bytes);
          checksum = update(checksum, bytes);
        }
        if (file === undefined) {
          path = nextFile();
          file = await open(path, 'wx', 0o600);
        }
        for (const bytes of held) await file.appendFile(bytes);
        held = [];
      }
      await file?.close();
    } catch (error) {
      await file?.close();
      if (path !== undefined) await rm(path, { force: true });
      throw error;
    }
    if (path === undefined) return inMemory(Buffer.concat(held));
    return wholeBlob(fileExtent(path), size, { md5: (md5 ?? createHash('md5')).digest('hex'), checksum });
  }

  return {
    fromBytes: (bytes) => inMemory(Uint8Array.from(bytes)),
    fromStream,
    repeat: (pattern, size) => wholeBlob(patternExtent(Uint8Array.from(pattern)), size, {}),
    zeros: (size) => wholeBlob(patternExtent(new Uint8Array(1)), size, {}),
    slice,
    compose,
    async close() {
      closed = true;
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Takes ownership of the bytes. */
function inMemory(bytes: Uint8Array): Blob {
  return wholeBlob(memoryExtent(bytes), bytes.length, { md5: hash('md5', bytes), checksum: update(EMPTY, bytes) });
}
