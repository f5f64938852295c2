import { afterEach, describe, expect, it } from 'vitest';

import type { CopyAttributes, CosClient, CosClientOptions } from '../../../shared/cos/index.ts';
import { BACKUP, DATE, NOW, SOURCE, clientOf, failure, reply, reset, silence, startServer, xml } from './server.ts';
import type { Reply, ScriptedServer } from './server.ts';

const FOUND = reply(200, { ETag: '"e"', 'Last-Modified': DATE, 'Content-Length': '0' });
const RESULT = '<CopyObjectResult><ETag>"e"</ETag><VersionId>v2</VersionId></CopyObjectResult>';
const COPIED = xml(200, RESULT);
const PUT_DONE = reply(200, { ETag: '"e"' });
const PLAIN: CopyAttributes = { headers: {}, meta: {}, storageClass: 'STANDARD' };

let server: ScriptedServer;
async function setUp(replies: readonly Reply[], options: Partial<CosClientOptions> = {}) {
  server = await startServer(replies);
  return clientOf(server, options);
}
afterEach(() => server.close());

const copy = (cos: CosClient) => cos.copyObject(BACKUP, 'a', { place: SOURCE, key: 'a', versionId: 'v' }, PLAIN);
const write = (cos: CosClient) => cos.putObject(BACKUP, 'a', Buffer.from('x'));
const create = (cos: CosClient) => cos.putObject(BACKUP, 'a', Buffer.from('x'), { forbidOverwrite: true });
const mark = (cos: CosClient) => cos.deleteObject(BACKUP, 'a');

describe('a connection that broke while it was idle', () => {
  // The client notices only when it next reads from the socket, as in a frozen instance.
  async function withDeadConnection(replies: readonly Reply[]) {
    const cos = await setUp([FOUND, reset, ...replies]);
    await cos.headObject(SOURCE, 'warm');
    return cos;
  }

  it('is replaced at once for a read', async () => {
    const cos = await withDeadConnection([FOUND]);
    await expect(cos.headObject(SOURCE, 'a')).resolves.toMatchObject({ found: true });
    expect(cos.slept).toEqual([]);
    expect(server.arrived.map(({ connection }) => connection)).toEqual([1, 1, 2]);
  });

  it('is replaced for a write that can be sent twice', async () => {
    const cos = await withDeadConnection([PUT_DONE]);
    await expect(create(cos)).resolves.toMatchObject({ etag: '"e"' });
    expect(cos.slept).toEqual([]);
  });

  it('does not show whether an existing object is our own', async () => {
    const cos = await withDeadConnection([failure(409, 'FileAlreadyExists')]);
    await expect(create(cos)).rejects.toMatchObject({ code: 'FileAlreadyExists', status: 409, outcome: 'unknown' });
  });

  it.each([
    ['copy', copy],
    ['plain write', write],
    ['delete marker', mark],
  ])('is not replaced for a %s', async (_name, call) => {
    const cos = await withDeadConnection([]);
    await expect(call(cos)).rejects.toMatchObject({ code: 'ConnectionReset', outcome: 'unknown' });
    expect(server.arrived).toHaveLength(2);
  });

  it('is not used at all once the event loop has turned', async () => {
    const cos = await setUp([FOUND, COPIED]);
    await cos.headObject(SOURCE, 'a');
    await server.dropConnections();
    await new Promise(setImmediate);
    await expect(copy(cos)).resolves.toMatchObject({ versionId: 'v2' });
    expect(server.arrived.map(({ connection }) => connection)).toEqual([1, 2]);
  });
});

describe('the deadline', () => {
  it('ends a call, even one that may take long', async () => {
    const cos = await setUp([silence], { deadline: () => NOW + 300 });
    await expect(copy(cos)).rejects.toMatchObject({ code: 'AnswerTimeout', outcome: 'unknown' });
  });

  it('prevents a call when it has passed', async () => {
    const cos = await setUp([], { deadline: () => NOW });
    await expect(copy(cos)).rejects.toMatchObject({ code: 'DeadlineReached', outcome: 'none', retryable: true });
    await expect(cos.headBucket(SOURCE)).rejects.toMatchObject({ code: 'DeadlineReached' });
    expect(server.arrived).toEqual([]);
  });

  it('leaves no room for a delay', async () => {
    const cos = await setUp([failure(500, 'InternalError')], { deadline: () => NOW + 50 });
    await expect(cos.getVersioning(SOURCE)).rejects.toMatchObject({ code: 'InternalError' });
    expect(cos.slept).toEqual([]);
  });
});
