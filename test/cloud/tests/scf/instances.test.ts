import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Invocation } from '../../scf/index.ts';
import { createPlatform, deploy, functionNamed, zipOf } from './scf-world.ts';

const resultOf = (run: Invocation): unknown => JSON.parse(run.result);

describe('instances', () => {
  it('run one event at a time and never more than the limit, and make room for other functions', async () => {
    const { scf } = createPlatform({ maxInstances: 2 });
    const slow = await deploy(
      scf,
      'slow',
      'let busy = 0; exports.main_handler = async () => { busy++; await new Promise((r) => setTimeout(r, 20)); return [process.pid, busy--]; };',
    );
    let most = 0;
    scf.onInvocation(() => (most = Math.max(most, scf.counters().instances)));
    const runs = await Promise.all(Array.from({ length: 8 }, () => scf.invoke(slow, '{}')));
    const results = runs.map((run) => resultOf(run) as [pid: number, busy: number]);
    expect(new Set(results.map(([pid]) => pid)).size).toBe(2);
    expect(results.every(([, busy]) => busy === 1)).toBe(true);

    const other = await deploy(scf, 'other', 'exports.main_handler = () => "in";');
    expect(await scf.invoke(other, '{}')).toMatchObject({ result: '"in"' });
    expect(most).toBeLessThanOrEqual(2);
  });

  it('are not started for a burst of brief events, but for a caller who waits', async () => {
    const { scf } = createPlatform({ briefAtOnce: 1, briefMs: 600_000 });
    const id = await deploy(scf, 'brief', 'exports.main_handler = () => process.pid;');
    for (let n = 0; n < 20; n++) scf.invokeAsync(id, '{}');
    expect(scf.counters()).toMatchObject({ queued: 19, running: 1, instances: 1 });
    const other = scf.invoke(id, '{}');
    expect(scf.counters()).toMatchObject({ running: 2, instances: 2 });
    await other;
    await scf.idle();
    expect(scf.counters().functions['ap-guangzhou/default/brief']).toMatchObject({ invocations: 21, coldStarts: 2 });
  });

  it('are started beside runs that wait for something', async () => {
    const { scf } = createPlatform({ briefAtOnce: 1, briefMs: 1 });
    const id = await deploy(scf, 'waiting', 'exports.main_handler = () => new Promise(() => {});', { timeout: 60 });
    for (let n = 0; n < 3; n++) scf.invokeAsync(id, '{}');
    await expect.poll(() => scf.counters()).toMatchObject({ queued: 0, running: 3 });
  });

  it('are started for one function during a burst of another', async () => {
    const { scf } = createPlatform({ briefAtOnce: 1, briefMs: 600_000 });
    const busy = await deploy(scf, 'busy', 'exports.main_handler = () => new Promise(() => {});', { timeout: 60 });
    const other = await deploy(scf, 'other', 'exports.main_handler = () => 1;');
    for (let n = 0; n < 3; n++) scf.invokeAsync(busy, '{}');
    scf.invokeAsync(other, '{}');
    await expect.poll(() => scf.logs(other).map(({ status }) => status)).toEqual([200]);
    expect(scf.counters()).toMatchObject({ queued: 2, running: 1 });
  });

  it('are started when one ends before its code is loaded', async () => {
    const { scf } = createPlatform({ briefAtOnce: 1, briefMs: 600_000, retryDelayMs: 1 });
    const code = 'if (JSON.parse(process.env.BROKEN)) process.exit(3); exports.main_handler = () => 1;';
    const id = await deploy(scf, 'broken', code, { environment: { BROKEN: 'true' } });
    for (let n = 0; n < 3; n++) scf.invokeAsync(id, '{}');
    scf.updateConfiguration(id, { environment: { BROKEN: 'false' } });
    await scf.idle();
    expect(scf.logs(id).map(({ status }) => status)).toEqual([200, 200, 200, 439]);
  });

  it('are refused beyond the reserved concurrency of a function', async () => {
    const { scf } = createPlatform();
    const id = await deploy(scf, 'narrow', 'exports.main_handler = () => new Promise((r) => setTimeout(r, 50, 1));');
    scf.reserveMemory(id, 128);
    const runs = await Promise.all([scf.invoke(id, '{}'), scf.invoke(id, '{}')]);
    expect(runs.map(({ status }) => status)).toEqual([200, 432]);
  });

  it('are reaped when they have nothing to do', async () => {
    const { scf } = createPlatform({ idleMs: 1 });
    const id = await deploy(scf, 'brief', 'exports.main_handler = () => 1;');
    await scf.invoke(id, '{}');
    await expect.poll(() => scf.counters().instances).toBe(0);
    expect((await scf.invoke(id, '{}')).coldStartMs).toBeGreaterThan(0);
  });

  it('can be killed in the middle of a run', async () => {
    const { scf } = createPlatform();
    const id = await deploy(scf, 'victim', 'exports.main_handler = () => new Promise(() => {});', { timeout: 60 });
    const run = scf.invoke(id, '{}');
    await expect.poll(() => scf.kill(id)).toBeGreaterThan(0);
    expect((await run).status).toBe(439);
  });

  it('leave no process and no folder behind', async () => {
    const { scf } = createPlatform();
    const id = await deploy(scf, 'last', 'exports.main_handler = () => [process.pid, process.env.TMPDIR];');
    const [pid, scratch] = resultOf(await scf.invoke(id, '{}')) as [number, string];
    const endless = scf.invoke(
      await deploy(scf, 'endless', 'exports.main_handler = () => new Promise(() => {});'),
      '{}',
    );
    expect(existsSync(scratch)).toBe(true);
    scf.invokeAsync(id, '{}');

    await scf.close();
    await scf.idle();
    expect(await scf.invoke(id, '{}')).toMatchObject({ status: 500 });

    expect((await endless).status).toBe(439);
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    // Code and temporary folders lie side by side in the platform's own temporary folder.
    expect(existsSync(path.dirname(scratch))).toBe(false);
  });
});

describe('code', () => {
  it('is changed by an update: warm instances of the old code are not used again', async () => {
    const { scf } = createPlatform();
    const id = await deploy(scf, 'changing', 'exports.main_handler = () => 1;');
    expect((await scf.invoke(id, '{}')).result).toBe('1');
    await scf.updateCode(id, { zip: zipOf('exports.main_handler = () => 2;') });
    expect((await scf.invoke(id, '{}')).result).toBe('2');
    scf.updateConfiguration(id, { environment: { A: 'b' } });
    expect(await scf.invoke(id, '{}')).toMatchObject({ result: '2', coldStartMs: expect.any(Number) as number });
  });

  it('is frozen when a version is published', async () => {
    const { scf } = createPlatform();
    const id = await deploy(
      scf,
      'versions',
      'exports.main_handler = (e, { function_version }) => ["old", function_version];',
    );
    expect(scf.publishVersion(id, '')).toBe('1');
    await scf.updateCode(id, {
      zip: zipOf('exports.main_handler = (e, { function_version }) => ["new", function_version];'),
    });
    expect((await scf.invoke(id, '{}', '1')).result).toBe('["old","1"]');
    expect((await scf.invoke(id, '{}', '$DEFAULT')).result).toBe('["new","$LATEST"]');
    await expect(scf.invoke(id, '{}', '7')).rejects.toMatchObject({ code: 'ResourceNotFound.Qualifier' });
  });

  it('may lie in a bucket', async () => {
    const { scf, put } = createPlatform();
    put('code.zip', zipOf('exports.main_handler = () => "from a bucket";'));
    const id = functionNamed('stored');
    const source = { bucket: 'photos-1250000000', region: 'ap-guangzhou', key: 'code.zip' };
    await scf.createFunction(id, { runtime: 'Nodejs20.19' }, source);
    expect((await scf.invoke(id, '{}')).result).toBe('"from a bucket"');
    await expect(scf.updateCode(id, { ...source, key: 'missing.zip' })).rejects.toMatchObject({
      code: 'FailedOperation.Cos',
    });
  });

  it('is refused when it is not a zip or leaves its folder', async () => {
    const { scf } = createPlatform();
    const config = { runtime: 'Nodejs20.19' };
    const refused = { code: 'InvalidParameterValue.ZipFile' };
    await expect(scf.createFunction(functionNamed('a'), config, { zip: Buffer.from('no zip') })).rejects.toMatchObject(
      refused,
    );
    const climbing = zipOf('', { '../../escaped.js': '' });
    await expect(scf.createFunction(functionNamed('a'), config, { zip: climbing })).rejects.toMatchObject(refused);
    expect(() => scf.getFunction(functionNamed('a'))).toThrow(
      expect.objectContaining({ code: 'ResourceNotFound.Function' }),
    );
  });
});
