import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '../../../functions/api/console/page.ts';
import { DeployError } from '../error.ts';

/** The console page, served on this computer until it is closed. */
export interface ServedConsole {
  /** Address to open in a browser. */
  readonly url: string;
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly page: Page;
  /** Origin of the API, the only one that the page may call. */
  readonly api: string;
  /** 0: any free port. */
  readonly port: number;
}

/**
 * Serves the same page as the API function, on 127.0.0.1 alone, because the platform's own domains may make a browser
 * save a page instead of showing it. Only its policy differs, which names the API, and its address, which tells the
 * page where the API is. Throws `DeployError` when the port is taken.
 */
export async function serveConsole({ page, api, port }: ServeOptions): Promise<ServedConsole> {
  const policy = page.policy.replace("connect-src 'self'", `connect-src ${new URL(api).origin}`);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    // The server answers only under its own name: another page must not reach it under a name that resolves to this
    // computer.
    const known = /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(request.headers.host ?? '');
    if (!known || (pathname !== '/console' && pathname !== '/') || request.method !== 'GET') {
      response.writeHead(404).end();
      return;
    }
    response
      .writeHead(200, {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': policy,
        'Cache-Control': 'no-store',
        'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff',
      })
      .end(page.html);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new DeployError(`Port ${port} on 127.0.0.1 cannot be used.`, 'PORT', cause)),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}/console?api=${encodeURIComponent(api)}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Throws `DeployError` when the text is not a port. */
export function readPort(text = '0'): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new DeployError(`--port takes a number from 0 to 65535, not "${text}".`, 'BAD_PORT');
}

/** Resolves when the user, or the program that started the command, ends it. */
export function untilEnded(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
}
