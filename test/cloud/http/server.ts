import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CloudRequest, CloudResponse, Handler } from '../types.ts';
import { isDisconnect, receive } from './body.ts';
import type { Receiving } from './body.ts';
import { BodyCutShort, ConnectionReset } from './connection.ts';
import { headerPairs, splitTarget } from './request.ts';

export interface ListenOptions {
  /** 0 picks a free port. */
  readonly port: number;
  /** Called with failures that no answer can report any more, e.g. a blob that cannot be read half way through. */
  readonly onError: (error: unknown) => void;
}

export interface Listener {
  readonly port: number;
  /** Ends every connection, even during a request. */
  close(): Promise<void>;
}

/** The request that a connection is busy with. */
interface InFlight {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly receiving: Receiving;
}

/**
 * Serves a handler on 127.0.0.1.
 *
 * @throws Error when the port is taken, with a message for the user of the program.
 */
export async function listen(handler: Handler, options: ListenOptions): Promise<Listener> {
  const inFlight = new WeakMap<Socket, InFlight>();
  // The browser console, `http_proxy` and SDK pools hold connections open. With the default of 5 s a keep-alive client
  // now and then loses a race against the server's close. Without a time limit each request also needs no timer.
  const server = createServer({ keepAliveTimeout: 0, maxHeaderSize: 64 * 1024 });

  const serve = (incoming: IncomingMessage, response: ServerResponse, onFirstRead: () => void): void => {
    const receiving = receive(incoming, onFirstRead);
    inFlight.set(incoming.socket, { incoming, response, receiving });
    handler(toRequest(incoming, receiving.body))
      .then((answer) => send(incoming, response, answer))
      .catch((error: unknown) => {
        const ended = error instanceof ConnectionReset || error instanceof BodyCutShort || isDisconnect(error);
        if (!ended) options.onError(error);
        incoming.socket.resetAndDestroy();
      });
  };
  server.on('request', (incoming: IncomingMessage, response: ServerResponse) => serve(incoming, response, () => {}));
  // Without a listener Node would ask for the body at once. Asking at the first read means that a refused upload is
  // answered before the client has sent anything, as COS does.
  server.on('checkContinue', (incoming: IncomingMessage, response: ServerResponse) => {
    let asked = false;
    serve(incoming, response, () => {
      if (!asked) response.writeContinue();
      asked = true;
    });
    response.shouldKeepAlive = false;
  });
  server.on('clientError', (_error, socket) => {
    const busy = inFlight.get(socket as Socket);
    if (busy && !busy.response.writableEnded) {
      // Either the body broke off, and the handler says so, or there is more than was announced, which COS ignores. In
      // both cases the request is answered first, and the connection cannot be used again.
      if (!busy.incoming.complete) busy.receiving.cut();
      busy.response.shouldKeepAlive = false;
    } else if (socket.writable) {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    } else socket.destroy();
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`port ${options.port} on 127.0.0.1 is in use; choose another or leave it out`, { cause: error })
          : error,
      ),
    );
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP address');

  return {
    port: address.port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

function toRequest(incoming: IncomingMessage, body: AsyncIterable<Uint8Array>): CloudRequest {
  return {
    method: incoming.method ?? 'GET',
    ...splitTarget(incoming.url ?? '/', incoming.headers.host ?? ''),
    headers: headerPairs(incoming.rawHeaders),
    body,
    remoteAddress: incoming.socket.remoteAddress ?? '',
  };
}

async function send(incoming: IncomingMessage, response: ServerResponse, answer: CloudResponse): Promise<void> {
  // A text would force its own encoding on the headers before it, which are bytes.
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const flat: string[] = [];
  let sized = answer.status === 204 || answer.status === 304;
  const bodiless = sized || incoming.method === 'HEAD';
  for (const [name, value] of answer.headers) {
    flat.push(name, value);
    if (SIZES.has(name.length)) sized ||= SIZE.test(name);
    else if (name.length === 4 && name.toLowerCase() === 'date') response.sendDate = false;
  }
  if (!sized && !(body !== undefined && Symbol.asyncIterator in body)) {
    flat.push('Content-Length', String(body?.length ?? 0));
  }
  response.writeHead(answer.status, flat);
  if (body === undefined || bodiless) response.end();
  else if (body instanceof Uint8Array) response.end(body);
  else await pipeline(Readable.from(body, { objectMode: false }), response);
}

/** Headers that say where a body ends. */
const SIZE = /^(?:content-length|transfer-encoding)$/i;
const SIZES: ReadonlySet<number> = new Set(['content-length'.length, 'transfer-encoding'.length]);
