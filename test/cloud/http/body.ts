import type { IncomingMessage } from 'node:http';
import { BodyCutShort } from './connection.ts';

export interface Receiving {
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the body with `BodyCutShort` for whoever reads it, now or later. */
  readonly cut: () => void;
}

/** Announced bytes up to which a body comes in one piece. */
const SMALL = 64 * 1024;

/** The body of a request. Nothing is received before somebody reads; `onFirstRead` is called just before that. */
export function receive(incoming: IncomingMessage, onFirstRead: () => void): Receiving {
  const { 'content-length': length, 'transfer-encoding': coding } = incoming.headers;
  if (coding === undefined && (length === undefined || length === '0')) return NOTHING;
  return coding === undefined && Number(length) <= SMALL
    ? receiveWhole(incoming, onFirstRead)
    : receiveChunks(incoming, onFirstRead);
}

const NOTHING: Receiving = { body: nothing(), cut: () => {} };

function nothing(): AsyncIterable<never> {
  const end = { next: () => Promise.resolve({ done: true as const, value: undefined }) };
  return { [Symbol.asyncIterator]: () => end };
}

/** Without a stream's own iterator, whose bookkeeping costs more than everything else about a small request. */
function receiveWhole(incoming: IncomingMessage, onFirstRead: () => void): Receiving {
  let cutShort = false;
  let fail: ((error: Error) => void) | undefined;
  const whole = (): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      if (cutShort) throw new BodyCutShort();
      fail = reject;
      const chunks: Buffer[] = [];
      incoming.on('error', (error) => reject(isDisconnect(error) ? new BodyCutShort() : error));
      incoming.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      onFirstRead();
    });
  return {
    body: {
      async *[Symbol.asyncIterator]() {
        yield await whole();
      },
    },
    cut: () => {
      cutShort = true;
      fail?.(new BodyCutShort());
    },
  };
}

function receiveChunks(incoming: IncomingMessage, onFirstRead: () => void): Receiving {
  let cut = (): void => {};
  const cutShort = new Promise<never>((_, reject) => {
    cut = () => reject(new BodyCutShort());
  });
  // Nobody may be reading when it happens; then it is no failure of ours.
  cutShort.catch(() => {});
  return { body: chunksOf(incoming, cutShort, onFirstRead), cut };
}

async function* chunksOf(incoming: IncomingMessage, cutShort: Promise<never>, onFirstRead: () => void) {
  onFirstRead();
  // The default iterator destroys the connection when its reader stops early, and with it the answer.
  const chunks: AsyncIterator<Uint8Array> = incoming.iterator({ destroyOnReturn: false });
  let whole = false;
  try {
    for (;;) {
      let next: IteratorResult<Uint8Array>;
      try {
        next = await Promise.race([chunks.next(), cutShort]);
      } catch (error) {
        throw isDisconnect(error) ? new BodyCutShort() : error;
      }
      if (next.done) {
        whole = true;
        return;
      }
      yield next.value;
    }
  } finally {
    // A reader has had enough. What else comes is thrown away, or the next request on the connection would not be seen.
    if (!whole) void Promise.resolve(chunks.return?.()).then(() => incoming.resume());
  }
}

/** The other side went away: its own business, nothing to report. */
export function isDisconnect(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
