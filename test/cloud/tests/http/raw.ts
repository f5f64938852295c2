import { connect } from 'node:net';

export interface Exchange {
  /** Everything that the server sent until it closed its side. */
  readonly text: string;
  /** The connection ended with a reset instead of a proper end. */
  readonly reset: boolean;
}

/** Sends bytes unchanged and collects the answer: for requests that no HTTP client would send. */
export function rawExchange(port: number, bytes: string, options: { halfClose?: boolean } = {}): Promise<Exchange> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let reset = false;
    socket.on('connect', () => {
      if (options.halfClose) socket.end(bytes, 'latin1');
      else socket.write(bytes, 'latin1');
    });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => socket.end());
    socket.on('error', () => {
      reset = true;
    });
    socket.on('close', () => resolve({ text: Buffer.concat(chunks).toString('latin1'), reset }));
  });
}
