import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';

import { CosError } from '../../../shared/cos/index.ts';
import type { CopyAttributes, CosClient, CosClientOptions } from '../../../shared/cos/index.ts';
import {
  BACKUP,
  DATE,
  SECRET,
  SOURCE,
  clientOf,
  errorBody,
  failure,
  raw,
  reply,
  reset,
  silence,
  startServer,
  xml,
} from './server.ts';
import type { Reply, ScriptedServer } from './server.ts';

const FOUND = reply(200, { ETag: '"e"', 'Last-Modified': DATE, 'Content-Length': '0' });
const BODY = reply(200, { ETag: '"e"', 'Last-Modified': DATE }, 'state');
const RESULT = '<CopyObjectResult><ETag>"e"</ETag><VersionId>v2</VersionId></CopyObjectResult>';
const PLAIN: CopyAttributes = { headers: {}, meta: {}, storageClass: 'STANDARD' };

let server: ScriptedServer;
async function setUp(replies: readonly Reply[], options: Partial<CosClientOptions> = {}) {
  server = await startServer(replies);
  return clientOf(server, options);
}
afterEach(() => server.close());

const copy = (cos: CosClient) => cos.copyObject(BACKUP, 'a', { place: SOURCE, key: 'a', versionId: 'v' }, PLAIN);
const complete = (cos: CosClient) => cos.completeMultipart(BACKUP, 'a', 'u', [{ partNumber: 1, etag: '"p"' }]);
const write = (cos: CosClient) => cos.putObject(BACKUP, 'a', Buffer.from('x'));
const create = (cos: CosClient) => cos.putObject(BACKUP, 'a', Buffer.from('x'), { forbidOverwrite: true });
const mark = (cos: CosClient) => cos.deleteObject(BACKUP, 'a');

describe('a read', () => {
  it.each([
    ['a reset', reset],
    ['a 500', failure(500, 'InternalError')],
    ['a 503', failure(503, 'SlowDown')],
    ['a 502 of a proxy', reply(502, {}, '<html>bad gateway</html>')],
    ['a body that is cut off', raw(`HTTP/1.1 200 OK\r\nETag: "e"\r\nDate: ${DATE}\r\nContent-Length: 99\r\n\r\nsta`)],
    ['a body of unknown length', raw(`HTTP/1.1 200 OK\r\nETag: "e"\r\nDate: ${DATE}\r\n\r\nsta`)],
    ['an answer that is not HTTP', raw('nonsense\r\n\r\n')],
  ])('is tried again after %s', async (_what, first) => {
    const cos = await setUp([first, first, BODY]);
    const found = await cos.getObject(SOURCE, 'a');
    expect(Buffer.from(found?.body ?? []).toString()).toBe('state');
    expect(cos.slept).toEqual([50, 100]);
  });

  it('fails after the last attempt, with the last error', async () => {
    const cos = await setUp([reset, reset, failure(503, 'SlowDown')], { tries: 3 });
    await expect(cos.getVersioning(SOURCE)).rejects.toMatchObject({ code: 'SlowDown', outcome: 'none' });
    expect(server.arrived).toHaveLength(3);
  });

  it('is not tried again when it was refused', async () => {
    const cos = await setUp([failure(403, 'AccessDenied')]);
    await expect(cos.getObject(SOURCE, 'a')).rejects.toMatchObject({ code: 'AccessDenied', retryable: false });
  });

  it('does not take a missing bucket for a missing object', async () => {
    const cos = await setUp([failure(404, 'NoSuchBucket'), failure(404, 'NoSuchKey')]);
    await expect(cos.getObject(SOURCE, 'a')).rejects.toMatchObject({ code: 'NoSuchBucket', status: 404 });
    await expect(cos.getObject(SOURCE, 'a')).resolves.toBeUndefined();
  });

  it('does not believe a 404 that is not from COS', async () => {
    const stranger = raw('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    const cos = await setUp([stranger, stranger], { tries: 2 });
    await expect(cos.headObject(SOURCE, 'a')).rejects.toMatchObject({ code: 'AnswerMalformed' });
  });

  it('fails when no answer comes in time', async () => {
    const cos = await setUp([silence, FOUND, FOUND, FOUND], { timeouts: { usual: 300 } });
    await expect(cos.headObject(SOURCE, 'a')).resolves.toMatchObject({ found: true });
    expect(server.arrived.length).toBeGreaterThan(1);
  });

  it('refuses an answer that is too long', async () => {
    const cos = await setUp([reply(200, { ETag: '"e"', 'Last-Modified': DATE }, 'x'.repeat(1024 * 1024 + 1))]);
    await expect(cos.getObject(SOURCE, 'a')).rejects.toMatchObject({ code: 'AnswerTooLarge', retryable: false });
  });
});

describe('a write of unknown outcome', () => {
  const calls = { copy, complete, write, create, mark };
  const endings: readonly (readonly [string, Reply, string])[] = [
    ['a reset', reset, 'ConnectionReset'],
    ['a 500', failure(500, 'InternalError'), 'InternalError'],
    ['a 503 that is not from COS', reply(503), 'ServiceUnavailable'],
    ['an answer that is cut off', raw('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<Copy'), 'AnswerIncomplete'],
    ['silence', silence, 'AnswerTimeout'],
  ];
  it.each(
    Object.entries(calls).flatMap(([name, call]) =>
      endings.map(([what, ...ending]) => [name, what, call, ...ending] as const),
    ),
  )('is not repeated: %s after %s', async (_name, _what, call, first, code) => {
    const cos = await setUp([first], first === silence ? { timeouts: { usual: 300, slow: 300 } } : {});
    await expect(call(cos)).rejects.toMatchObject({ name: 'CosError', code, retryable: true, outcome: 'unknown' });
    expect(server.arrived).toHaveLength(1);
  });

  // P20
  it.each([
    ['without its end', RESULT.slice(0, -5)],
    ['without an ETag', '<CopyObjectResult><VersionId>v2</VersionId></CopyObjectResult>'],
    ['with an empty ETag', '<CopyObjectResult><ETag/></CopyObjectResult>'],
    ['of another call', '<CopyPartResult><ETag>"e"</ETag></CopyPartResult>'],
    ['that is empty', ''],
    ['that is HTML', '<html>welcome</html>'],
  ])("follows from a copy's answer %s", async (_what, body) => {
    const cos = await setUp([xml(200, body)]);
    await expect(copy(cos)).rejects.toMatchObject({ code: 'AnswerMalformed', outcome: 'unknown', retryable: true });
  });

  it('follows from a body cut off without a length, even if it looks complete', async () => {
    const cos = await setUp([raw('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<CopyObjectResult><ETag>"e"</ETag>')]);
    await expect(copy(cos)).rejects.toMatchObject({ outcome: 'unknown' });
  });
});

describe('a write without effect', () => {
  it.each([
    ['copy', copy],
    ['complete', complete],
  ])('follows from an <Error> after a 200: %s', async (_name, call) => {
    const cos = await setUp([
      xml(200, `   \n${errorBody('InternalError', 'copy failed')}`),
      xml(200, errorBody('InvalidPart')),
    ]);
    await expect(call(cos)).rejects.toMatchObject({
      code: 'InternalError',
      status: 200,
      retryable: true,
      outcome: 'none',
    });
    await expect(call(cos)).rejects.toMatchObject({ code: 'InvalidPart', retryable: false, outcome: 'none' });
  });

  it.each([
    ['SlowDown', 503, true],
    ['ServiceUnavailable', 503, true],
    ['PathConflict', 409, true],
    ['ExpiredToken', 400, true],
    ['AccessDenied', 403, false],
    ['NotImplemented', 501, false],
  ])('follows from %s', async (code, status, retryable) => {
    const cos = await setUp([failure(status, code)]);
    await expect(copy(cos)).rejects.toMatchObject({ code, status, retryable, outcome: 'none' });
    expect(server.arrived).toHaveLength(1);
  });

  it('of a HEAD, whose answer has no body, follows from a 503 of COS itself', async () => {
    const cos = await setUp([reply(503), reply(503, { 'x-cos-request-id': '' })], { tries: 1 });
    await expect(cos.headObject(SOURCE, 'a')).rejects.toMatchObject({ code: 'SlowDown', retryable: true });
    await expect(cos.headObject(SOURCE, 'a')).rejects.toMatchObject({ code: 'ServiceUnavailable', retryable: true });
  });

  it('is reported with the kind of its request, without names', async () => {
    const cos = await setUp(Array.from({ length: 5 }, () => failure(403, 'AccessDenied')));
    const requests = [
      cos.getTags(SOURCE, 'secret', 'v1'),
      cos.headObject(SOURCE, 'secret', 'v1'),
      copy(cos),
      cos.listVersions(SOURCE, { prefix: 'secret' }),
      cos.getVersioning(SOURCE),
    ];
    const failures = await Promise.all(requests.map((one) => one.catch((error: unknown) => error as CosError)));
    expect(failures.map((error) => error instanceof CosError && error.request)).toEqual([
      'GET object ?tagging',
      'HEAD object',
      'PUT object (copy)',
      'GET bucket ?versions',
      'GET bucket ?versioning',
    ]);
  });

  it.each([
    ['NoSuchKey', 404],
    ['NoSuchVersion', 404],
    ['PreconditionFailed', 412],
  ])('has the side source on %s of a copy', async (code, status) => {
    const cos = await setUp([failure(status, code), failure(404, 'NoSuchBucket')]);
    await expect(copy(cos)).rejects.toMatchObject({ code, status, side: 'source' });
    await expect(copy(cos)).rejects.toMatchObject({ code: 'NoSuchBucket', side: undefined });
  });

  it('is tried again only if nothing could be sent', async () => {
    server = await startServer([]);
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const cos = clientOf({ endpoint: `http://127.0.0.1:${port}` });
    await expect(copy(cos)).rejects.toMatchObject({ code: 'ConnectionFailed', retryable: true, outcome: 'none' });
    expect(cos.slept).toHaveLength(3);
  });
});

describe('an error', () => {
  it('says which request failed, without signature and token', async () => {
    const token = 'token-of-the-role';
    const cos = await setUp([failure(403, 'AccessDenied', 'No\nway'), reset], {
      credentials: () => ({ ...SECRET, token }),
    });
    const errors = [await caught(cos.deleteObject(BACKUP, 'a\nb', 'v')), await caught(copy(cos))];
    expect(errors[0]).toBeInstanceOf(CosError);
    expect(errors[0]).toMatchObject({ method: 'DELETE', place: BACKUP, key: 'a\nb', requestId: expect.any(String) });
    expect(errors[0]?.message).toBe('DELETE backup-1250000000/a\\u000ab: AccessDenied 403: No\\u000away');
    for (const error of errors) {
      const everything = inspect(error, { depth: 20, showHidden: true });
      for (const secret of [token, SECRET.secretKey, SECRET.secretId, 'q-signature']) {
        expect(everything).not.toContain(secret);
      }
    }
  });

  async function caught(promise: Promise<unknown>): Promise<Error | undefined> {
    return promise.then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : undefined),
    );
  }
});
