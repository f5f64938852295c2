import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { post } from '../../../../shared/deploy/cloud/http.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('post', () => {
  it('sends the headers as given, Host among them', async () => {
    const origin = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => response.end(`${request.headers.host} ${Buffer.concat(chunks).toString()}`));
    });
    const answer = await post(origin, { Host: 'scf.tencentcloudapi.com' }, 'grüß');
    expect(answer).toEqual({ status: 200, body: 'scf.tencentcloudapi.com grüß' });
  });

  it('does not take half an answer for a whole one', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('{"Response":');
      setImmediate(() => response.destroy());
    });
    await expect(post(origin, {}, '{}')).rejects.toThrow(/cut off|aborted|socket hang up/);
  });

  it('rejects when nobody listens', async () => {
    const origin = await serve(() => undefined);
    for (const close of closing.splice(0)) await close();
    await expect(post(origin, {}, '{}')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
