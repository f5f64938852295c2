import { setTimeout as sleep } from 'node:timers/promises';
import type { CosCall } from './call.ts';
import { failures } from './failures.ts';

const NAME = 'x-cos-traffic-limit';
/** Bits a second. */
const [SLOWEST, FASTEST] = [819_200, 838_860_800];
/** Bytes between two looks at the clock. */
const PIECE = 16 * 1024;

/** The speed in bits a second at which the caller wants a body sent. Throws InvalidArgument outside COS's limits. */
export function trafficLimit(call: CosCall): number | undefined {
  const text = call.headers.get(NAME) || call.query.get(NAME) || undefined;
  if (text === undefined) return undefined;
  const limit = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(limit >= SLOWEST && limit <= FASTEST)) throw failures.invalidArgument(`${NAME} is out of range.`);
  return limit;
}

/** The same bytes, no faster than `limit` bits a second. */
export async function* paced(body: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  const start = performance.now();
  let sent = 0;
  for await (const chunk of body) {
    for (let at = 0; at < chunk.length; at += PIECE) {
      const piece = chunk.subarray(at, at + PIECE);
      sent += piece.length;
      const due = start + (sent * 8000) / limit;
      const ahead = due - performance.now();
      if (ahead > 1) await sleep(ahead);
      yield piece;
    }
  }
}
