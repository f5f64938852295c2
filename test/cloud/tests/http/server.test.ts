import { afterEach, describe, expect, it } from 'vitest';
import { BodyCutShort, ConnectionReset } from '../../http/connection.ts';
import { listen } from '../../http/index.ts';
import type { Listener } from '../../http/index.ts';
import type { CloudRequest, Handler } from '../../types.ts';
import { rawExchange } from './raw.ts';

const listeners: Listener[] = [];
const errors: unknown[] = [];
afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.close()));
  const unexpected = errors.splice(0);
  if (unexpected.length > 0) throw new AggregateError(unexpected, 'the server reported failures');
});

async function serve(handler: Handler): Promise<Listener> {
  const listener = await listen(handler, { port: 0, onError: (error) => errors.push(error) });
  listeners.push(listener);
  return listener;
}

async function seenBy(bytes: string): Promise<CloudRequest> {
  let seen: CloudRequest | undefined;
  const { port } = await serve(async (request) => {
    seen = request;
    return { status: 200, headers: [] };
  });
  await rawExchange(port, bytes);
  if (!seen) throw new Error('no request arrived');
  return seen;
}

async function bodyText(request: CloudRequest): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('requests', () => {
  it('keep path and query as they came', async () => {
    const request = await seenBy('GET /a/../b//c/%2e%2F?x=%20&y HTTP/1.1\r\nHost: h:8\r\nConnection: close\r\n\r\n');
    expect(request).toMatchObject({ host: 'h:8', rawPath: '/a/../b//c/%2e%2F', rawQuery: 'x=%20&y' });
  });

  it('in absolute form have their own host, which wins', async () => {
    const request = await seenBy('GET http://right:1/a//b?q HTTP/1.1\r\nHost: wrong\r\nConnection: close\r\n\r\n');
    expect(request).toMatchObject({ host: 'right:1', rawPath: '/a//b', rawQuery: 'q' });
    const bare = await seenBy('GET http://right HTTP/1.1\r\nHost: right\r\nConnection: close\r\n\r\n');
    expect(bare).toMatchObject({ host: 'right', rawPath: '/', rawQuery: '' });
  });

  it('keep order, repeats and bytes of headers', async () => {
    const request = await seenBy(
      'GET / HTTP/1.1\r\nB: 2\r\nhost: h\r\nA: \xe9\xff\r\nb: 3\r\nConnection: close\r\n\r\n',
    );
    expect(request.headers).toEqual([
      ['b', '2'],
      ['host', 'h'],
      ['a', '\xe9\xff'],
      ['b', '3'],
      ['connection', 'close'],
    ]);
  });

  it('ask for the body only when somebody reads it', async () => {
    const head = 'PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n';
    const refusing = await serve(async () => ({ status: 403, headers: [] }));
    expect((await rawExchange(refusing.port, head)).text).toMatch(/^HTTP\/1\.1 403 /);
    const reading = await serve(async (request) => ({ status: 200, headers: [], body: await bodyText(request) }));
    const { text } = await rawExchange(reading.port, `${head}ok`);
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
    expect(text).toMatch(/\r\n\r\nok$/);
  });

  it('that end too early reach the handler as cut short, which can still answer', async () => {
    const { port } = await serve(async (request) => {
      const outcome = await bodyText(request).catch((error: unknown) => error);
      return { status: outcome instanceof BodyCutShort ? 400 : 200, headers: [] };
    });
    const bytes = 'PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc';
    expect((await rawExchange(port, bytes, { halfClose: true })).text).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('with an unread rest do not hold up the next on the connection', async () => {
    const { port } = await serve(async (request) => {
      if (request.method === 'PUT') for await (const chunk of request.body) if (chunk.length > 0) break;
      return { status: 200, headers: [['x-method', request.method]] };
    });
    const body = 'x'.repeat(1_000_000);
    const put = `PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const { text } = await rawExchange(port, `${put}GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    expect(text.match(/x-method: \w+/g)).toEqual(['x-method: PUT', 'x-method: GET']);
  });

  it('that are not HTTP are answered 400', async () => {
    const { port } = await serve(async () => ({ status: 200, headers: [] }));
    expect((await rawExchange(port, 'nonsense\r\n\r\n')).text).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('answers', () => {
  const close = 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';

  it('have header bytes unchanged beside any body', async () => {
    const { port } = await serve(async () => ({ status: 200, headers: [['x-a', '\xe9\xff']], body: 'ü' }));
    const { text } = await rawExchange(port, close);
    expect(text).toContain('x-a: \xe9\xff\r\n');
    expect(text).toContain('Content-Length: 2\r\n');
  });

  it('have no body on HEAD and 204, and keep the length on HEAD', async () => {
    const { port } = await serve(async ({ method }) =>
      method === 'HEAD'
        ? { status: 200, headers: [['Content-Length', '5']], body: 'hello' }
        : { status: 204, headers: [] },
    );
    const head = await rawExchange(port, close.replace('GET', 'HEAD'));
    expect(head.text).toMatch(/Content-Length: 5\r\n[\s\S]*\r\n\r\n$/);
    const none = await rawExchange(port, close);
    expect(none.text).not.toMatch(/content-length/i);
  });

  it('by a reset leave nothing but a broken connection', async () => {
    const { port } = await serve(async () => {
      throw new ConnectionReset();
    });
    expect(await rawExchange(port, close)).toEqual({ text: '', reset: true });
  });

  it('with a body that fails half way break the connection, which is reported', async () => {
    const failure = new Error('disk');
    const { port } = await serve(async () => ({
      status: 200,
      headers: [['Content-Length', '10']],
      body: (async function* () {
        yield Buffer.from('half');
        throw failure;
      })(),
    }));
    const { text } = await rawExchange(port, close);
    expect(text).not.toMatch(/\r\n\r\n.{10}$/);
    expect(errors.splice(0)).toEqual([failure]);
  });
});

describe('a port', () => {
  it('in use is named in the error', async () => {
    const { port } = await serve(async () => ({ status: 200, headers: [] }));
    await expect(listen(async () => ({ status: 200, headers: [] }), { port, onError: () => {} })).rejects.toThrow(
      `port ${port} on 127.0.0.1 is in use`,
    );
  });
});
