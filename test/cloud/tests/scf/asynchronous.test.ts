import { describe, expect, it } from 'vitest';
import { cosTrigger, createPlatform, deploy, functionNamed, TRUST, zipOf } from './scf-world.ts';

const ECHO = 'exports.main_handler = (event) => event;';
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

async function withEcho(options: Parameters<typeof createPlatform>[0] = {}) {
  const platform = createPlatform(options);
  return { ...platform, id: await deploy(platform.scf, 'echo', ECHO) };
}

describe('an asynchronous run', () => {
  const FAILING = `
    let n = 0;
    exports.main_handler = (event) => { if (++n <= event.failures) throw new Error('try ' + n); return n; };`;

  it('is tried three times under one request ID, then dropped', async () => {
    const { scf } = createPlatform();
    const id = await deploy(scf, 'failing', FAILING);
    const requestId = scf.invokeAsync(id, '{"failures":9}');
    await scf.idle();
    expect(scf.logs(id).map((run) => [run.requestId, run.retry, run.status])).toEqual([
      [requestId, 2, 430],
      [requestId, 1, 430],
      [requestId, 0, 430],
    ]);
    expect(scf.counters().functions['ap-guangzhou/default/failing']).toMatchObject({
      invocations: 3,
      errors: 3,
      retries: 2,
      dropped: 1,
    });
  });

  it('ends with the first success', async () => {
    const { scf } = createPlatform();
    const id = await deploy(scf, 'recovering', FAILING);
    scf.invokeAsync(id, '{"failures":1}');
    await scf.idle();
    expect(scf.logs(id).map(({ status }) => status)).toEqual([200, 430]);
    expect(scf.counters().functions['ap-guangzhou/default/recovering']).toMatchObject({ dropped: 0 });
  });

  it("repeats as often as the function's own setting says", async () => {
    const { scf } = createPlatform();
    const id = await deploy(scf, 'once', FAILING);
    scf.updateAsyncConfig(id, { retries: 0, ttl: 60 });
    scf.invokeAsync(id, '{"failures":9}');
    await scf.idle();
    expect(scf.logs(id)).toHaveLength(1);
  });

  it('is dropped when it became too old', async () => {
    let time = Date.UTC(2026, 0, 1);
    const { scf } = createPlatform({ now: () => time });
    const id = await deploy(scf, 'late', FAILING);
    scf.updateAsyncConfig(id, { retries: 2, ttl: 60 });
    scf.onInvocation(() => (time += 61_000));
    scf.invokeAsync(id, '{"failures":9}');
    await scf.idle();
    expect(scf.logs(id)).toHaveLength(1);
    expect(scf.counters().functions['ap-guangzhou/default/late']).toMatchObject({ dropped: 1 });
  });

  it('uses up no retry when the platform could not start it', async () => {
    const { scf, cam } = createPlatform();
    cam.createRole({ name: 'engine', trust: TRUST });
    const id = await deploy(scf, 'patient', 'exports.main_handler = () => 1;', { role: 'engine' });
    cam.deleteRole('engine');
    let refused = 0;
    scf.onInvocation(({ status }) => {
      if (status === 500 && ++refused === 4) cam.createRole({ name: 'engine', trust: TRUST });
    });
    scf.invokeAsync(id, '{}');
    await scf.idle();
    expect(scf.logs(id).map(({ status, retry }) => [status, retry])).toEqual([
      [200, 0],
      ...Array.from({ length: 4 }, () => [500, 0]),
    ]);
  });

  it('waits for an instance, after the runs that have waiting callers', async () => {
    const { scf } = createPlatform({ maxInstances: 1 });
    const id = await deploy(scf, 'order', 'exports.main_handler = (event) => event;');
    const ended: string[] = [];
    scf.onInvocation(({ result }) => ended.push(result));
    for (const n of [1, 2, 3]) scf.invokeAsync(id, String(n));
    expect(scf.counters()).toMatchObject({ queued: 2, running: 1 });
    await scf.invoke(id, '"now"');
    await scf.idle();
    expect(ended).toEqual(['1', '"now"', '2', '3']);
  });

  it('runs on the code of the moment it begins', async () => {
    const { scf } = createPlatform({ maxInstances: 1 });
    const id = await deploy(scf, 'changing', 'exports.main_handler = () => "old";');
    scf.invokeAsync(id, '{}');
    scf.invokeAsync(id, '{}');
    await scf.updateCode(id, { zip: zipOf('exports.main_handler = () => "new";') });
    await scf.idle();
    expect(scf.logs(id).map(({ result }) => result)).toEqual(['"new"', '"old"']);
  });

  it('takes at most 128 KB, a synchronous one 6 MB, both JSON', async () => {
    const { scf, id } = await withEcho();
    const large = JSON.stringify('x'.repeat(128 * 1024));
    expect(() => scf.invokeAsync(id, large)).toThrow(refusal('InvalidParameter.RequestTooLarge'));
    expect((await scf.invoke(id, large)).status).toBe(200);
    const huge = JSON.stringify('x'.repeat(6 * 1024 * 1024));
    await expect(scf.invoke(id, huge)).rejects.toMatchObject({ code: 'InvalidParameter.RequestTooLarge' });
    await expect(scf.invoke(id, '{')).rejects.toMatchObject({ code: 'InvalidParameterValue.ClientContext' });
  });
});

describe('the life of a function', () => {
  it('is Creating, Active, Updating, Active, and takes changes only while Active', async () => {
    let time = Date.UTC(2026, 0, 1);
    const { scf } = createPlatform({ now: () => time, transitionMs: 100 });
    const id = await deploy(scf, 'slow', 'exports.main_handler = () => 1;');
    const status = () => scf.getFunction(id).status;
    const code = { zip: zipOf('exports.main_handler = () => 2;') };

    expect(status()).toBe('Creating');
    await expect(scf.invoke(id, '{}')).rejects.toMatchObject({ code: 'FailedOperation.FunctionStatusError' });
    expect(() => scf.createTrigger(id, cosTrigger('cos:ObjectCreated:*'))).toThrow(
      refusal('FailedOperation.CreateTrigger'),
    );
    time += 100;
    expect(status()).toBe('Active');

    await scf.updateCode(id, code);
    expect(status()).toBe('Updating');
    expect((await scf.invoke(id, '{}')).result).toBe('1');
    await expect(scf.updateCode(id, code)).rejects.toMatchObject({ code: 'FailedOperation.FunctionNameStatusError' });
    expect(() => scf.updateConfiguration(id, { timeout: 4 })).toThrow(refusal('FailedOperation.FunctionStatusError'));
    expect(() => scf.publishVersion(id, '')).toThrow(refusal('FailedOperation.PublishVersion'));
    time += 100;
    expect(status()).toBe('Active');
    expect((await scf.invoke(id, '{}')).result).toBe('2');
  });

  it.each([
    ['an unknown runtime', { runtime: 'Nodejs99' }, 'InvalidParameterValue.Runtime'],
    ['a handler without a method', { handler: 'index' }, 'InvalidParameterValue.Handler'],
    ['memory between the steps', { memorySize: 200 }, 'InvalidParameterValue.MemorySize'],
    ['a time limit over 900 s', { timeout: 901 }, 'LimitExceeded.Timeout'],
    ['a reserved variable', { environment: { TENCENTCLOUD_X: '1' } }, 'InvalidParameterValue.EnvironmentSystemProtect'],
    ['an invalid variable', { environment: { 'a-b': '1' } }, 'InvalidParameterValue.Environment'],
    [
      'too much environment',
      { environment: { A: 'x'.repeat(4096) } },
      'InvalidParameterValue.EnvironmentExceededLimit',
    ],
    ['a description with a slash', { description: 'a/b' }, 'InvalidParameterValue.Description'],
    ['a missing role', { role: 'none' }, 'ResourceNotFound.Role'],
  ])('does not begin with %s', async (_name, config, code) => {
    const { scf } = createPlatform();
    await expect(deploy(scf, 'wrong', ECHO, config)).rejects.toMatchObject({ code });
  });

  it('has its name once in a region, its runtime for good, and at most 49 others in its namespace', async () => {
    const { scf, id } = await withEcho();
    await expect(deploy(scf, 'echo', ECHO)).rejects.toMatchObject({ code: 'ResourceInUse.Function' });
    await expect(deploy(scf, '1st', ECHO)).rejects.toMatchObject({ code: 'InvalidParameterValue.FunctionName' });
    expect(() => scf.updateConfiguration(id, { runtime: 'Nodejs18.15' })).toThrow(
      refusal('InvalidParameterValue.Runtime'),
    );
    for (let n = 1; n < 50; n++) await deploy(scf, `echo-${n}`, ECHO);
    await expect(deploy(scf, 'one-more', ECHO)).rejects.toMatchObject({ code: 'LimitExceeded.Function' });
    await scf.createFunction(
      functionNamed('elsewhere', 'ap-shanghai'),
      { runtime: 'Nodejs20.19' },
      { zip: zipOf(ECHO) },
    );
    expect(scf.listFunctions('ap-guangzhou', 'default')).toHaveLength(50);
  });
});
