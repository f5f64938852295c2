import { Agent, createServer, request as forward } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One request and its answer, as they went over the wire. Names of headers are in lower case. */
export interface Exchange {
  readonly method: string;
  /** As in the request line: in absolute form when the client uses the tap as its proxy. */
  readonly target: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Uint8Array;
  readonly status: number;
  readonly answerHeaders: NodeJS.Dict<string | string[]>;
  readonly answer: Uint8Array;
}

export interface Tap {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly port: number;
  /** In the order of the answers. */
  readonly exchanges: readonly Exchange[];
  close(): Promise<void>;
}

/**
 * Stands between one client and the local cloud and records everything without a change. So the suite can compare a
 * client's report with the real requests and answers.
 */
export async function openTap(cloudPort: number): Promise<Tap> {
  const exchanges: Exchange[] = [];
  const agent = new Agent({ keepAlive: true });
  const server = createServer({ keepAliveTimeout: 75_000 }, (incoming, outgoing) => {
    pass(incoming, { cloudPort, agent }).then(
      (exchange) => {
        // Recorded before the client gets the answer, because the client may end with it.
        exchanges.push(exchange);
        outgoing.writeHead(exchange.status, exchange.rawAnswerHeaders).end(exchange.answer);
      },
      () => outgoing.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    exchanges,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          agent.destroy();
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function pass(
  incoming: IncomingMessage,
  { cloudPort, agent }: { readonly cloudPort: number; readonly agent: Agent },
): Promise<Exchange & { readonly rawAnswerHeaders: string[] }> {
  const { method = '', url: target = '', headers } = incoming;
  const body = await buffer(incoming);
  const { answer, bytes } = await new Promise<{ answer: IncomingMessage; bytes: Uint8Array }>((resolve, reject) => {
    const request = forward(
      { host: '127.0.0.1', port: cloudPort, method, path: target, headers: incoming.rawHeaders, agent },
      (answer) => void buffer(answer).then((bytes) => resolve({ answer, bytes }), reject),
    );
    request.once('error', reject).end(body);
  });
  return {
    method,
    target,
    headers,
    body,
    status: answer.statusCode ?? 0,
    answerHeaders: answer.headers,
    rawAnswerHeaders: answer.rawHeaders,
    answer: bytes,
  };
}
