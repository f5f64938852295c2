import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import type { ApiKey } from '../../../../shared/access/index.ts';
import { askApi } from '../../../../shared/deploy/cloud/api-call.ts';
import { DeployError } from '../../../../shared/deploy/error.ts';

const KEY: ApiKey = {
  secretId: 'AKIDofatest',
  secretKey: 'secret',
  buckets: [],
  destinations: [],
  rights: ['read'],
  created: 0,
};
const keys = {
  add: () => Promise.resolve(KEY),
  remove: () => Promise.resolve(true),
};

/** The error of a call that is answered like this; without an answer, the connection is cut. */
async function failureOf(status?: number, body = ''): Promise<DeployError> {
  const server = createServer((request, response) => {
    if (status === undefined) request.socket.destroy();
    else response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const call = { method: 'GET', bucket: 'source-1250000000', subresource: 'replicationScan' } as const;
    const error: unknown = await askApi(keys, { url, endpoint: url }, call).catch((reason: unknown) => reason);
    if (!(error instanceof DeployError)) throw new Error(`not a DeployError: ${String(error)}`);
    return error;
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const refusal = (code: string): string => `<Error><Code>${code}</Code><Message>no</Message></Error>`;

it.each([
  ['no answer', 'NetworkError', undefined, ''],
  ['an answer that is not the API’s own', 'API_UNREACHABLE', 404, 'no such function'],
  ['a refusal for a moment', 'SlowDown', 503, refusal('SlowDown')],
])('a call may succeed later after %s', async (_, code, status, body) => {
  expect(await failureOf(status, body)).toMatchObject({ code, retryable: true });
});

it('a call does not succeed later after a refusal for good', async () => {
  expect(await failureOf(403, refusal('AccessDenied'))).toMatchObject({ code: 'AccessDenied', retryable: false });
});
