import type { IncomingMessage } from 'node:http';
import { BodyCutShort } from './connection.ts';

export interface Receiving {
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the body with `BodyCutShort` for every reader, now or later. */
  cut(): void;
}

/** Announced bytes up to which a body arrives in one piece. */
const SMALL = 64 * 1024;

/** The body of a request. Nothing is received before somebody reads; `onFirstRead` is called just before that. */
export function receive(incoming: IncomingMessage, onFirstRead: () => void): Receiving {
  const { 'content-length': length, 'transfer-encoding': coding } = incoming.headers;
  if (coding === undefined && (length === undefined || length === '0')) return NOTHING;
  return coding === undefined && Number(length) <= SMALL
    ? new WholeBody(incoming, onFirstRead)
    : receiveChunks(incoming, onFirstRead);
}

const END = Promise.resolve({ done: true as const, value: undefined });
const NOTHING: Receiving = { body: nothing(), cut: () => {} };

function nothing(): AsyncIterable<never> {
  const end = { next: () => END };
  return { [Symbol.asyncIterator]: () => end };
}

/**
 * Without a stream's own iterator, whose bookkeeping costs more than everything else about a small request. It is a
 * class because each request has one, and a closure is created and named again each time.
 */
class WholeBody implements Receiving, AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  readonly #incoming: IncomingMessage;
  readonly #onFirstRead: () => void;
  readonly #chunks: Uint8Array[] = [];
  #given = false;
  #cutShort = false;
  #fail: ((error: unknown) => void) | undefined;

  constructor(incoming: IncomingMessage, onFirstRead: () => void) {
    this.#incoming = incoming;
    this.#onFirstRead = onFirstRead;
  }

  get body(): AsyncIterable<Uint8Array> {
    return this;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#given) return END;
    this.#given = true;
    return new Promise((resolve, reject) => {
      if (this.#cutShort) throw new BodyCutShort();
      this.#fail = reject;
      this.#incoming.on('error', (error) => reject(isDisconnect(error) ? new BodyCutShort() : error));
      this.#incoming.on('end', () => resolve({ done: false, value: this.#joined() }));
      this.#incoming.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
      this.#onFirstRead();
    });
  }

  cut(): void {
    this.#cutShort = true;
    this.#fail?.(new BodyCutShort());
  }

  #joined(): Uint8Array {
    const [first, ...others] = this.#chunks;
    return first !== undefined && others.length === 0 ? first : Buffer.concat(this.#chunks);
  }
}

function receiveChunks(incoming: IncomingMessage, onFirstRead: () => void): Receiving {
  let cut = (): void => {};
  const cutShort = new Promise<never>((_, reject) => {
    cut = () => reject(new BodyCutShort());
  });
  // Without a reader at that moment this is no failure of the server.
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
    // The reader has stopped. The rest is discarded; otherwise the next request on the connection would not be seen.
    if (!whole) void Promise.resolve(chunks.return?.()).then(() => incoming.resume());
  }
}

/** The client closed the connection, which needs no report. */
export function isDisconnect(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
