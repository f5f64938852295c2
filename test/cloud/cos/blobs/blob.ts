import type { Blob } from './types.ts';
import { combine, EMPTY, format } from './crc64.ts';
import type { Crc64 } from './crc64.ts';
import type { Extent } from './extent.ts';

/** A range of an extent with its checksum, computed on first use and shared by all blobs that contain it. */
class Piece {
  readonly extent: Extent;
  readonly start: number;
  readonly size: number;
  #checksum: Crc64 | undefined;

  constructor(extent: Extent, start: number, size: number, checksum?: Crc64) {
    this.extent = extent;
    this.start = start;
    this.size = size;
    this.#checksum = checksum;
  }

  get checksum(): Crc64 {
    this.#checksum ??= this.extent.checksum(this.start, this.start + this.size);
    return this.#checksum;
  }

  cut(from: number, to: number): Piece {
    return from === 0 && to === this.size ? this : new Piece(this.extent, this.start + from, to - from);
  }
}

const FIRST: readonly number[] = [0];

/** Bytes as a list of pieces: a slice or a composition makes a new list and copies nothing. */
class PieceBlob implements Blob {
  readonly size: number;
  readonly md5: string | undefined;
  readonly pieces: readonly Piece[];
  /** Offset of each piece, for a binary search. */
  readonly #offsets: readonly number[];
  #crc64: string | undefined;

  constructor(pieces: readonly Piece[], md5: string | undefined) {
    this.pieces = pieces;
    this.md5 = md5;
    if (pieces.length === 1) {
      this.#offsets = FIRST;
      this.size = pieces[0]?.size ?? 0;
      return;
    }
    const offsets: number[] = [];
    let size = 0;
    for (const piece of pieces) {
      offsets.push(size);
      size += piece.size;
    }
    this.#offsets = offsets;
    this.size = size;
  }

  get crc64(): string {
    this.#crc64 ??= format(this.pieces.reduce((crc, piece) => combine(crc, piece.checksum, piece.size), EMPTY));
    return this.#crc64;
  }

  /** The pieces of a range, cut at its edges. `end` is not included. */
  range(start: number, end: number): Piece[] {
    const range: Piece[] = [];
    for (let i = this.#pieceAt(start); i < this.pieces.length; i++) {
      const piece = this.pieces[i];
      const offset = this.#offsets[i];
      if (piece === undefined || offset === undefined || offset >= end) break;
      range.push(piece.cut(Math.max(0, start - offset), Math.min(piece.size, end - offset)));
    }
    return range;
  }

  async *read(start: number, end: number): AsyncIterable<Uint8Array> {
    for (const piece of this.range(start, end + 1)) yield* piece.extent.read(piece.start, piece.start + piece.size);
  }

  held(start: number, end: number): Uint8Array | undefined {
    const [piece, ...others] = this.pieces.length === 1 ? this.range(start, end + 1) : [];
    if (piece === undefined || others.length > 0) return undefined;
    return piece.extent.held?.(piece.start, piece.start + piece.size);
  }

  #pieceAt(position: number): number {
    let low = 0;
    let high = this.#offsets.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#offsets[middle] ?? 0) <= position) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** A blob of a whole extent, whose checksums may already be known. */
export function wholeBlob(extent: Extent, size: number, known: { md5?: string; checksum?: Crc64 }): Blob {
  const pieces = size === 0 ? [] : [new Piece(extent, 0, size, known.checksum)];
  return new PieceBlob(pieces, known.md5);
}

/** Bytes `start` to `end` (both included). The whole of a blob is the blob itself and keeps its MD5. */
export function slice(blob: Blob, start: number, end: number): Blob {
  if (!(start >= 0 && start <= end && end < blob.size)) {
    throw new RangeError(`bytes ${start} to ${end} are not all within ${blob.size}`);
  }
  if (start === 0 && end === blob.size - 1) return blob;
  return new PieceBlob(own(blob).range(start, end + 1), undefined);
}

export function compose(blobs: readonly Blob[]): Blob {
  return new PieceBlob(
    blobs.flatMap((blob) => own(blob).pieces),
    undefined,
  );
}

function own(blob: Blob): PieceBlob {
  if (blob instanceof PieceBlob) return blob;
  throw new TypeError('not a blob of a blob store');
}
