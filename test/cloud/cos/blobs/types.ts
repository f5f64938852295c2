/** Immutable bytes. Small ones live in memory, larger ones in a file of the store's temporary folder. */
export interface Blob {
  readonly size: number;
  /** Lower-case hex. Of a composed blob: undefined. */
  readonly md5: string | undefined;
  /** CRC-64/XZ as unsigned decimal. */
  readonly crc64: string;
  /** Bytes from `start` up to and including `end`. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
  /** The same bytes at once, if they are in memory in one piece. */
  held?(start: number, end: number): Uint8Array | undefined;
}

export interface BlobStore {
  fromBytes(bytes: Uint8Array): Blob;
  /** Streams to disk past a threshold. Throws `CosFailure` `EntityTooLarge` past `limit` bytes. */
  fromStream(stream: AsyncIterable<Uint8Array>, limit?: number): Promise<Blob>;
  /** Bytes `start` to `end` (both included) of another blob, without copying them. */
  slice(blob: Blob, start: number, end: number): Blob;
  /** One blob out of several, in order; the CRC64 is combined from theirs. */
  compose(blobs: readonly Blob[]): Blob;
  /** `size` bytes of a repeated pattern, of any size at no cost; MD5 undefined. For tests of limits. */
  repeat(pattern: Uint8Array, size: number): Blob;
  zeros(size: number): Blob;
  /** Removes the temporary folder. */
  close(): Promise<void>;
}
