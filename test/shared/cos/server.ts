import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { createCosClient, nodeHash } from '../../../shared/cos/index.ts';
import type { CosClient, CosClientOptions, Place } from '../../../shared/cos/index.ts';
import { SignatureError, readSignature, splitTarget, verify } from '../../../shared/signing/index.ts';
import type { Pairs, SignatureFields } from '../../../shared/signing/index.ts';

/** The request as it was on the wire. */
interface Arrived {
  /** Method and target of the request line. */
  readonly line: string;
  /** Names in lower case, values in Latin-1. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** The number of its connection, counted from 1. */
  readonly connection: number;
  readonly signature: SignatureFields;
}

/** Plays COS for one request. */
export type Reply = (request: IncomingMessage, response: ServerResponse) => void;

export interface ScriptedServer {
  readonly endpoint: string;
  readonly arrived: Arrived[];
  /** Closes the open connections, as a server does with idle ones. */
  dropConnections(): Promise<void>;
  close(): Promise<void>;
}

export const SECRET = { secretId: 'AKIDexample', secretKey: 'a secret of the tests' };
export const NOW = Date.UTC(2026, 4, 6, 7, 8, 9);
export const DATE = new Date(NOW).toUTCString();
export const SOURCE: Place = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
export const BACKUP: Place = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
const REQUEST_ID = 'NWZkMWM4NjNfZWVjODJhMDlfNTNmN18xNWNj';

/**
 * A server that gives one reply after the other and verifies the signature of every request. It answers 418 to a
 * request that does not verify, or that the script does not expect.
 */
export async function startServer(replies: readonly Reply[]): Promise<ScriptedServer> {
  const arrived: Arrived[] = [];
  const connections: Socket[] = [];
  const left = [...replies];

  const server = createServer((request, response) => {
    const chunks: Uint8Array[] = [];
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    request.on('end', () => {
      const reply = left.shift();
      const signature = verified(request);
      if (reply === undefined || signature === undefined) {
        response.writeHead(418).end();
        return;
      }
      arrived.push({
        line: `${request.method} ${request.url}`,
        headers: new Map(pairsOf(request)),
        body: Buffer.concat(chunks).toString(),
        connection: connections.indexOf(request.socket) + 1,
        signature,
      });
      reply(request, response);
    });
  });
  server.on('connection', (socket: Socket) => {
    connections.push(socket);
    socket.on('error', () => {
      // The scripts break connections, and only the client's view of it counts.
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    dropConnections: async () => {
      const open = connections.filter((socket) => !socket.destroyed);
      await Promise.all(
        open.map((socket) => {
          const closed = new Promise((resolve) => socket.once('close', resolve));
          socket.resetAndDestroy();
          return closed;
        }),
      );
    },
    close: () =>
      new Promise<void>((resolve, reject) => {
        server.closeAllConnections();
        server.close((error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
  };
}

/** A client for that server that never really sleeps. `slept` collects the delays that it asked for. */
export function clientOf(
  server: Pick<ScriptedServer, 'endpoint'>,
  options: Partial<CosClientOptions> = {},
): CosClient & { readonly slept: number[] } {
  const slept: number[] = [];
  const client = createCosClient({
    credentials: () => SECRET,
    endpoint: server.endpoint,
    now: () => NOW,
    random: () => 0,
    sleep: (ms) => {
      slept.push(ms);
      return Promise.resolve();
    },
    ...options,
  });
  return { ...client, slept };
}

export function reply(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): Reply {
  return (_request, response) => {
    response.writeHead(status, { 'x-cos-request-id': REQUEST_ID, Date: DATE, ...headers });
    response.end(body);
  };
}

export function xml(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return reply(status, { 'Content-Type': 'application/xml', ...headers }, body);
}

export function errorBody(code: string, message = 'A reason.'): string {
  return `<?xml version='1.0' encoding='utf-8' ?>\n<Error>\n\t<Code>${code}</Code>\n\t<Message>${message}</Message>\n</Error>`;
}

export function failure(status: number, code: string, message?: string): Reply {
  return xml(status, errorBody(code, message));
}

/** The connection is reset before any answer. */
export const reset: Reply = (request) => {
  request.socket.resetAndDestroy();
};

/** Never answers. */
export const silence: Reply = () => undefined;

/** Sends these bytes unchanged, then ends the connection. */
export function raw(bytes: string): Reply {
  return (request) => {
    request.socket.end(bytes, 'latin1');
  };
}

function pairsOf(request: IncomingMessage): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    pairs.push([request.rawHeaders[index]?.toLowerCase() ?? '', request.rawHeaders[index + 1] ?? '']);
  }
  return pairs;
}

/** The fields of the signature; undefined unless it is right. The tests check the time of its validity. */
function verified(request: IncomingMessage): SignatureFields | undefined {
  const { method = '', url = '' } = request;
  const headers: Pairs = pairsOf(request);
  const { path, query } = splitTarget(url);
  try {
    const fields = readSignature(headers, query);
    if (fields === undefined) return undefined;
    const now = fields.signTime.start * 1000;
    verify({ method, path, query, headers }, fields, { secretKey: SECRET.secretKey, hash: nodeHash, now });
    return fields;
  } catch (error) {
    if (error instanceof SignatureError) return undefined;
    throw error;
  }
}
