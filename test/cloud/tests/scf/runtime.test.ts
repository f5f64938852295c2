import { describe, expect, it } from 'vitest';
import type { Invocation } from '../../scf/index.ts';
import { createPlatform, deploy, TRUST } from './scf-world.ts';

const resultOf = (run: Invocation): unknown => JSON.parse(run.result);

describe('a run', () => {
  it("calls the handler with the event and the platform's context", async () => {
    const { scf } = createPlatform();
    const source = 'exports.main_handler = async (event, context) => ({ event, context });';
    const id = await deploy(scf, 'echo', source, { environment: { STAGE: 'dev' }, timeout: 7 });

    const run = await scf.invoke(id, '{"a":[1,"ü"]}');

    expect(run).toMatchObject({ status: 200, source: 'sync', retry: 0, version: '$LATEST' });
    expect(resultOf(run)).toEqual({
      event: { a: [1, 'ü'] },
      context: {
        callbackWaitsForEmptyEventLoop: true,
        memory_limit_in_mb: 128,
        time_limit_in_ms: 7000,
        request_id: run.requestId,
        environment: '{"SCF_NAMESPACE":"default","STAGE":"dev"}',
        environ: 'SCF_NAMESPACE=default;STAGE=dev',
        function_version: '$LATEST',
        function_name: 'echo',
        namespace: 'default',
        tencentcloud_region: 'ap-guangzhou',
        tencentcloud_appid: '1250000000',
        tencentcloud_uin: '100000000001',
      },
    });
  });

  it('starts cold, then stays warm in one process', async () => {
    const { scf } = createPlatform();
    const id = await deploy(scf, 'count', 'let n = 0; exports.main_handler = () => ({ pid: process.pid, n: ++n });');

    const first = await scf.invoke(id, '{}');
    const second = await scf.invoke(id, '{}');

    expect(first.coldStartMs).toBeGreaterThan(0);
    expect(second.coldStartMs).toBeUndefined();
    expect(resultOf(first)).toMatchObject({ n: 1 });
    expect(resultOf(second)).toEqual({ pid: (resultOf(first) as { pid: number }).pid, n: 2 });
    expect(scf.counters()).toMatchObject({ instances: 1, running: 0, queued: 0 });
  });

  it('may use callbacks', async () => {
    const { scf } = createPlatform();
    const id = await deploy(
      scf,
      'callback',
      `exports.main_handler = (event, context, done) => void setImmediate(() => event.fail ? done(new Error('no')) : done(null, 'yes'));`,
    );
    expect(await scf.invoke(id, '{}')).toMatchObject({ status: 200, result: '"yes"' });
    expect((await scf.invoke(id, '{"fail":true}')).status).toBe(430);
  });

  it('gives nothing of this process to the function but PATH and TZ', async () => {
    const { scf } = createPlatform();
    const id = await deploy(scf, 'env', 'exports.main_handler = () => process.env;', { environment: { STAGE: 'dev' } });
    const environment = resultOf(await scf.invoke(id, '{}')) as Record<string, string>;
    const own = Object.keys(environment).filter((name) => !/^(?:PATH|TZ|TMPDIR|NODE_CHANNEL_\w+)$/.test(name));
    expect(own.sort()).toEqual([
      'SCF_FUNCTIONNAME',
      'SCF_FUNCTIONVERSION',
      'SCF_NAMESPACE',
      'SCF_RUNTIME',
      'STAGE',
      'TENCENTCLOUD_APPID',
      'TENCENTCLOUD_REGION',
      'TENCENTCLOUD_RUNENV',
      'TENCENTCLOUD_UIN',
      'USER_CODE_ROOT',
    ]);
    expect(environment).toMatchObject({ TENCENTCLOUD_RUNENV: 'SCF', SCF_FUNCTIONNAME: 'env', STAGE: 'dev' });
  });

  it('has the credentials of its role, renewed between runs of one instance', async () => {
    let time = Date.UTC(2026, 0, 1);
    const { scf, cam } = createPlatform({ now: () => time });
    cam.createRole({ name: 'engine', trust: TRUST });
    const source = `
      const atLoad = process.env.TENCENTCLOUD_SECRETID;
      exports.main_handler = () => ({
        atLoad,
        secretId: process.env.TENCENTCLOUD_SECRETID,
        secretKey: process.env.TENCENTCLOUD_SECRETKEY,
        token: process.env.TENCENTCLOUD_SESSIONTOKEN,
      });`;
    const id = await deploy(scf, 'role', source, { role: 'engine' });

    const first = resultOf(await scf.invoke(id, '{}')) as Record<string, string>;
    time += 3_600_001;
    const second = resultOf(await scf.invoke(id, '{}')) as Record<string, string>;

    expect(first['atLoad']).toBe(first['secretId']);
    expect(second['atLoad']).toBe(first['secretId']);
    expect(second['secretId']).not.toBe(first['secretId']);
    const pair = cam.find(second['secretId'] ?? '');
    expect(pair).toMatchObject({ secretKey: second['secretKey'], token: second['token'] });
  });

  it('keeps the console output of each run apart, within the platform’s lines', async () => {
    const { scf } = createPlatform();
    const id = await deploy(
      scf,
      'logs',
      `exports.main_handler = (event) => { console.log('out', event.n); console.error('err', event.n); };`,
    );
    const first = await scf.invoke(id, '{"n":1}');
    const second = await scf.invoke(id, '{"n":2}');
    expect(first.log).toContain(`Init Report RequestId: ${first.requestId} Coldstart: `);
    expect(second.log.split('\n').map((line) => line.replace(/:[\d.]+(ms|MB)/g, ':#$1'))).toEqual([
      `START RequestId: ${second.requestId}`,
      'out 2',
      'err 2',
      `END RequestId: ${second.requestId}`,
      `Report RequestId: ${second.requestId} Duration:#ms Memory:#MB MemUsage:#MB`,
      '',
    ]);
    expect(scf.logs(id).map(({ requestId }) => requestId)).toEqual([second.requestId, first.requestId]);
  });

  it('keeps only the end of a long output', async () => {
    const { scf } = createPlatform();
    const source = `exports.main_handler = () => { for (let i = 0; i < 5000; i++) console.log('line', i, '.'.repeat(60)); };`;
    const { log } = await scf.invoke(await deploy(scf, 'chatty', source), '{}');
    expect(log.length).toBeLessThan(70_000);
    expect(log).toContain('earlier output left out');
    expect(log).toContain('line 4999');
    expect(log).not.toContain('line 0 ');
  });
});

describe('a failed run', () => {
  it.each([
    ['throws', 'exports.main_handler = () => { throw new TypeError("bad event"); };', 430, 'TypeError: bad event'],
    ['rejects', 'exports.main_handler = async () => { throw "text"; };', 430, 'text'],
    [
      'answers a value that JSON cannot hold',
      'exports.main_handler = () => { const a = {}; a.a = a; return a; };',
      430,
      'circular',
    ],
    ['has no handler', 'exports.other = () => 1;', 430, 'handler index.main_handler not found'],
    ['does not load', 'throw new Error("at load");', 430, 'at load'],
    ['is an ES module', 'export const main_handler = () => 1;', 430, 'SyntaxError'],
    ['exits', 'exports.main_handler = () => process.exit(3);', 439, 'code 3'],
    [
      'leaves a rejection',
      'exports.main_handler = () => new Promise(() => { Promise.reject(new Error("lost")); });',
      439,
      'code 1',
    ],
  ])('that %s', async (_name, source, status, said) => {
    const { scf } = createPlatform();
    const id = await deploy(scf, 'failing', source);
    const run = await scf.invoke(id, '{}');
    expect(run.status).toBe(status);
    expect(resultOf(run)).toMatchObject({ statusCode: status, requestId: run.requestId });
    expect(run.result).toContain(said);
    expect(scf.counters().functions['ap-guangzhou/default/failing']).toMatchObject({ invocations: 1, errors: 1 });
  });

  it('leaves its earlier output in the log', async () => {
    const { scf } = createPlatform();
    const source = `exports.main_handler = () => { console.log('before the end'); process.exit(1); };`;
    expect((await scf.invoke(await deploy(scf, 'printing', source), '{}')).log).toContain('before the end');
  });

  it('is killed at its time limit, and the next run starts a new process', async () => {
    const { scf } = createPlatform();
    const source = 'exports.main_handler = (event) => { while (event.hang) {} return process.pid; };';
    const id = await deploy(scf, 'hanging', source, { timeout: 1 });
    const run = await scf.invoke(id, '{"hang":true}');
    expect(run).toMatchObject({ status: 433 });
    expect(run.result).toContain('Invoking task timed out after 1 seconds');
    expect(await scf.invoke(id, '{}')).toMatchObject({ status: 200, coldStartMs: expect.any(Number) as number });
  });

  it.each([
    // Large arrays: with many small values a process spends a second on collecting before it gives up.
    ['on the heap', 'const held = []; for (;;) held.push(new Array(1e6).fill(1.5));'],
    [
      'outside of it',
      'const held = []; for (;;) { held.push(Buffer.alloc(8e6, 1)); await new Promise((r) => setTimeout(r, 5)); }',
    ],
  ])('is killed at its memory limit, memory %s', async (_where, code) => {
    const { scf } = createPlatform();
    const source = `exports.main_handler = async () => { ${code} };`;
    const run = await scf.invoke(await deploy(scf, 'greedy', source, { memorySize: 128, timeout: 60 }), '{}');
    expect(run.status).toBe(434);
  });

  it('ends with an error when its answer is too large', async () => {
    const { scf } = createPlatform();
    const id = await deploy(scf, 'large', `exports.main_handler = () => 'x'.repeat(6 * 1024 * 1024);`);
    expect((await scf.invoke(id, '{}')).status).toBe(407);
  });

  it('ends with a platform error when its role was deleted', async () => {
    const { scf, cam } = createPlatform();
    cam.createRole({
      name: 'gone',
      trust:
        '{"version":"2.0","statement":[{"effect":"allow","action":"name/sts:AssumeRole","principal":{"service":"scf.qcloud.com"}}]}',
    });
    const id = await deploy(scf, 'orphan', 'exports.main_handler = () => 1;', { role: 'gone' });
    cam.deleteRole('gone');
    expect(await scf.invoke(id, '{}')).toMatchObject({ status: 500 });
  });
});
