import { Crc64, type Cos, type Place } from '../cos/index.ts';
import { HAND_OVER, type HandOver } from '../replication/index.ts';

/** Bytes of one request; several are held at once. */
const PIECE = 4 * 2 ** 20;

/** The progress of reading a replica. */
export interface Reading {
  readonly from: number;
  readonly crc: string;
}

export interface ReadQuery {
  readonly cos: Pick<Cos, 'getRange'>;
  readonly place: Place;
  readonly key: string;
  readonly versionId: string;
  readonly size: number;
  /** The progress of an earlier run. */
  readonly begun: Reading | undefined;
  /** Called after each piece. */
  readonly onProgress: (reading: Reading) => void;
  /** Whether there is time for one more piece. */
  readonly hasTime: () => boolean;
}

/** Reads all bytes of a version and returns their CRC64 as COS writes it. Throws `CosError`. */
export async function readChecksum(query: ReadQuery): Promise<string | HandOver> {
  const { cos, place, key, versionId, size, begun, onProgress, hasTime } = query;
  const crc = new Crc64(begun?.crc);
  for (let from = begun?.from ?? 0; from < size;) {
    if (!hasTime()) return HAND_OVER;
    const last = Math.min(size, from + PIECE) - 1;
    crc.add(await cos.getRange(place, key, { versionId, range: [from, last] }));
    from = last + 1;
    onProgress({ from, crc: crc.state });
  }
  return crc.value;
}
