import { describe, expect, it } from 'vitest';
import { desiredFunctions } from '../../../../shared/deploy/functions/desired.ts';
import { deployFunction } from '../../../../shared/deploy/functions/function.ts';
import { createScf } from '../../../../shared/deploy/cloud/scf.ts';
import type { DesiredFunction } from '../../../../shared/deploy/types.ts';
import { artifactOf } from '../../../../shared/deploy/functions/zip.ts';
import { createMemoryCloud } from '../memory-cloud.ts';
import { sampleSettings } from '../settings.ts';

const code = artifactOf(Buffer.from('first'));
const NAME = 'cos-replication-dev-task';

function world() {
  const cloud = createMemoryCloud();
  const pauses: number[] = [];
  const scf = createScf(cloud, async (ms) => void pauses.push(ms));
  const desired = desiredFunctions(sampleSettings()).find(({ key }) => key === 'task');
  if (desired === undefined) throw new Error('no task');
  const run = (changes: Partial<DesiredFunction> = {}, artifact = code) =>
    deployFunction({ ...desired, ...changes }, artifact, scf);
  return { cloud, pauses, run };
}

describe('deployFunction', () => {
  it('creates, waits until it is active, then sets the retries', async () => {
    const { cloud, pauses, run } = world();
    expect(await run()).toBe('created');
    expect(cloud.changes).toEqual([`CreateFunction ${NAME}`, `UpdateFunctionEventInvokeConfig ${NAME}`]);
    expect(pauses).toEqual([1000, 1000]);
    const { fields, async } = cloud.functions.get(NAME) ?? {};
    expect(fields).toMatchObject({
      Handler: 'index.main_handler',
      Runtime: 'Nodejs20.19',
      Timeout: 900,
      MemorySize: 256,
      Role: 'cos-replication-dev-ap-guangzhou-engine',
      Code: { ZipFile: Buffer.from('first').toString('base64') },
    });
    expect(async).toEqual({ RetryConfig: [{ RetryNum: 2 }], MsgTTL: 21600 });
  });

  it('changes nothing the second time', async () => {
    const { cloud, run } = world();
    await run();
    cloud.changes.length = 0;
    expect(await run()).toBe('unchanged');
    expect(cloud.changes).toEqual([]);
  });

  it('uploads other code, and only then records its hash', async () => {
    const { cloud, run } = world();
    await run();
    cloud.changes.length = 0;
    const second = artifactOf(Buffer.from('second'));
    expect(await run({}, second)).toBe('updated');
    expect(cloud.changes).toEqual([`UpdateFunctionCode ${NAME}`, `UpdateFunctionConfiguration ${NAME}`]);
    expect(cloud.functions.get(NAME)?.fields['Description']).toContain(second.sha256);
  });

  it.each([
    ['memory', { memory: 512 }],
    ['timeout', { timeout: 30 }],
    ['role', { role: 'other' }],
    ['a new variable', { environment: { STATE_BUCKET: 'x', MORE: '1' } }],
    ['a removed variable', { environment: {} }],
  ])('updates the configuration alone for %s', async (_, changes) => {
    const { cloud, run } = world();
    await run();
    cloud.changes.length = 0;
    expect(await run(changes)).toBe('updated');
    expect(cloud.changes).toEqual([`UpdateFunctionConfiguration ${NAME}`]);
    cloud.changes.length = 0;
    expect(await run(changes)).toBe('unchanged');
  });

  it('updates the retries alone', async () => {
    const { cloud, run } = world();
    await run();
    cloud.changes.length = 0;
    expect(await run({ async: { retries: 0, ttl: 60 } })).toBe('updated');
    expect(cloud.changes).toEqual([`UpdateFunctionEventInvokeConfig ${NAME}`]);
  });

  it('waits for a function that somebody else is changing', async () => {
    const { cloud, run } = world();
    await run();
    const found = cloud.functions.get(NAME);
    if (found) found.busy = 5;
    expect(await run({ memory: 512 })).toBe('updated');
  });

  it('recreates a function whose creation had failed', async () => {
    const { cloud, run } = world();
    await run();
    Object.assign(cloud.functions.get(NAME)?.fields ?? {}, { Status: 'CreateFailed' });
    expect(await run()).toBe('created');
    expect(cloud.functions.get(NAME)?.fields['Status']).toBeUndefined();
  });

  it('names the next step when the runtime was changed', async () => {
    const { run } = world();
    await run();
    await expect(run({ runtime: 'Nodejs18.15' })).rejects.toThrow(/Nodejs20.19.*cannot be changed to Nodejs18.15/);
  });

  it("reports the cloud's reason when a change failed", async () => {
    const { cloud, run } = world();
    await run();
    Object.assign(cloud.functions.get(NAME)?.fields ?? {}, {
      Status: 'UpdateFailed',
      StatusReasons: [{ ErrorMessage: 'zip is broken' }],
    });
    await expect(run()).rejects.toThrow(/UpdateFailed: zip is broken/);
  });

  it('gives up waiting after a bounded number of looks', async () => {
    const { cloud, pauses, run } = world();
    await run();
    const found = cloud.functions.get(NAME);
    if (found) found.busy = 1e6;
    pauses.length = 0;
    await expect(run()).rejects.toThrow(/did not become Active within 3 minutes/);
    expect(pauses).toHaveLength(180);
  });

  it('refuses code that is too large to be sent inline', async () => {
    const { run } = world();
    const huge = { bytes: new Uint8Array(16 * 1024 * 1024), sha256: '0' };
    await expect(run({}, huge)).rejects.toThrow(/bundled by mistake/);
  });
});
