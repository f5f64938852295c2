import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { combine, EMPTY, repeat, update } from './crc64.ts';
import type { Crc64 } from './crc64.ts';

/** A place where bytes lie and never change. Blobs consist of ranges of extents and so share them. */
export interface Extent {
  /** Bytes from `start` up to, not including, `end`. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
  /** The same bytes at once, if they are in memory. */
  held?(start: number, end: number): Uint8Array;
  /** Checksum of that range. Synchronous because the core is; computed at most once for a range of a blob. */
  checksum(start: number, end: number): Crc64;
}

const CHUNK = 256 * 1024;
/** Checksums of repetitions that a pattern keeps. */
const MOST_REMEMBERED = 16;

/** This is a class because each small object has one for as long as it exists. */
class MemoryExtent implements Extent {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  async *read(start: number, end: number): AsyncIterable<Uint8Array> {
    if (end > start) yield this.#bytes.subarray(start, end);
  }

  held(start: number, end: number): Uint8Array {
    return this.#bytes.subarray(start, end);
  }

  checksum(start: number, end: number): Crc64 {
    return update(EMPTY, this.#bytes.subarray(start, end));
  }
}

export const memoryExtent = (bytes: Uint8Array): Extent => new MemoryExtent(bytes);

/** A file that holds the bytes until the store is closed. It is opened per read, so idle blobs hold no descriptor. */
export function fileExtent(path: string): Extent {
  return {
    async *read(start, end) {
      const file = await open(path);
      try {
        for (let at = start; at < end;) {
          const buffer = Buffer.allocUnsafe(Math.min(CHUNK, end - at));
          const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
          if (bytesRead === 0) throw new Error(`${path} ends at ${at}, before ${end}`);
          yield buffer.subarray(0, bytesRead);
          at += bytesRead;
        }
      } finally {
        await file.close();
      }
    },
    checksum(start, end) {
      const file = openSync(path, 'r');
      try {
        const buffer = Buffer.allocUnsafe(Math.min(CHUNK, end - start));
        let crc = EMPTY;
        for (let at = start; at < end;) {
          const bytesRead = readSync(file, buffer, 0, Math.min(buffer.length, end - at), at);
          if (bytesRead === 0) throw new Error(`${path} ends at ${at}, before ${end}`);
          crc = update(crc, buffer.subarray(0, bytesRead));
          at += bytesRead;
        }
        return crc;
      } finally {
        closeSync(file);
      }
    },
  };
}

/** `pattern` repeated: terabytes that take no memory, for tests of size limits. */
export function patternExtent(pattern: Uint8Array): Extent {
  const length = pattern.length;
  if (length === 0) throw new RangeError('a pattern needs at least one byte');
  const whole = update(EMPTY, pattern);
  // Whole repetitions at once, so that reading a pattern of one byte does not proceed byte by byte.
  const wide = new Uint8Array(length * Math.max(1, Math.floor(CHUNK / length)));
  for (let at = 0; at < wide.length; at += length) wide.set(pattern, at);
  // The parts of an upload mostly have one size, which holds one repetition more or less.
  const repeated = new Map<number, Crc64>();
  const repeatedBy = (count: number): Crc64 => {
    const checksum = repeated.get(count) ?? repeat(whole, length, count);
    if (repeated.size < MOST_REMEMBERED) repeated.set(count, checksum);
    return checksum;
  };
  return {
    async *read(start, end) {
      for (let at = start; at < end;) {
        const from = at % length;
        const size = Math.min(wide.length - from, end - at);
        yield wide.subarray(from, from + size);
        at += size;
      }
    },
    checksum(start, end) {
      const from = start % length;
      const size = end - start;
      const head = pattern.subarray(from, Math.min(length, from + size));
      const count = Math.floor((size - head.length) / length);
      const tail = pattern.subarray(0, size - head.length - count * length);
      const body = combine(update(EMPTY, head), repeatedBy(count), count * length);
      return combine(body, update(EMPTY, tail), tail.length);
    },
  };
}
