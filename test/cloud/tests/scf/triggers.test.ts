import { describe, expect, it } from 'vitest';
import { APPID, BUCKET, cosTrigger, createPlatform, deploy, functionNamed, REGION } from './scf-world.ts';
import type { Invocation, Scf, TriggerRequest } from '../../scf/index.ts';

const ECHO = 'exports.main_handler = (event) => event;';
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

async function withEcho(options: Parameters<typeof createPlatform>[0] = {}) {
  const platform = createPlatform(options);
  return { ...platform, id: await deploy(platform.scf, 'echo', ECHO) };
}

/** The events that the function was called with, oldest first. */
function received(scf: Scf, id: ReturnType<typeof functionNamed>): unknown[] {
  return scf
    .logs(id)
    .map(({ result }) => JSON.parse(result) as unknown)
    .toReversed();
}

describe('a COS trigger', () => {
  it('runs the function for the writes that its filter names', async () => {
    const { scf, put, core, id } = await withEcho();
    scf.createTrigger(id, cosTrigger('cos:ObjectCreated:*', 'in/', '.txt'));
    put('in/a.txt');
    put('in/a.jpg');
    put('out/a.txt');
    core.deleteObject(BUCKET, REGION, 'in/a.txt', undefined, { requestId: 'r' });
    await scf.idle();
    expect(received(scf, id)).toMatchObject([
      {
        Records: [
          {
            cos: { cosObject: { key: '/1250000000/photos/in/a.txt' }, cosBucket: { region: 'gz' } },
            event: {
              eventName: 'cos:ObjectCreated:Put',
              eventQueue: 'qcs:0:scf:ap-guangzhou:appid/1250000000:default.echo.$LATEST',
            },
          },
        ],
      },
    ]);
    expect(scf.logs(id)[0]).toMatchObject({ source: 'cos', status: 200 });
  });

  it('does not fire when it is closed or deleted, or its function is deleted', async () => {
    const { scf, put, id } = await withEcho();
    const trigger = cosTrigger('cos:ObjectCreated:*');
    scf.createTrigger(id, { ...trigger, enabled: false });
    put('closed');
    scf.deleteTrigger(id, trigger);
    scf.createTrigger(id, trigger);
    scf.deleteTrigger(id, trigger);
    put('deleted');
    scf.createTrigger(id, trigger);
    scf.deleteFunction(id);
    put('gone');
    await scf.idle();
    expect(scf.counters()).toMatchObject({ functions: {}, queued: 0 });
  });

  it('tells the triggers of one bucket apart by their description', async () => {
    const { scf, id } = await withEcho();
    const [a, b] = [cosTrigger('cos:ObjectCreated:*', 'a/'), cosTrigger('cos:ObjectCreated:*', 'b/')];
    scf.createTrigger(id, a);
    scf.createTrigger(id, b);
    expect(() => scf.deleteTrigger(id, { type: 'cos', name: a.name })).toThrow(
      refusal('InvalidParameterValue.TriggerDesc'),
    );
    scf.deleteTrigger(id, a);
    expect(scf.listTriggers(id).map(({ description }) => description)).toEqual([b.description]);
    expect(() => scf.deleteTrigger(id, a)).toThrow(refusal('ResourceNotFound.Trigger'));
  });

  it.each<[string, Partial<TriggerRequest>, string]>([
    ['another region', { name: `${BUCKET}.cos.ap-shanghai.myqcloud.com` }, 'InvalidParameterValue.TriggerName'],
    ['an invalid bucket name', { name: 'photos' }, 'InvalidParameterValue.TriggerName'],
    ['a missing bucket', { name: `none-${APPID}.cos.${REGION}.myqcloud.com` }, 'ResourceNotFound.Cos'],
    ['an unknown version', { qualifier: '3' }, 'ResourceNotFound.Qualifier'],
    ['an unknown type', { type: 'apigw' }, 'InvalidParameterValue.Type'],
    ['a long argument', { customArgument: 'x'.repeat(4097) }, 'InvalidParameterValue.CustomArgument'],
  ])('is refused with %s', async (_name, change, code) => {
    const { scf, id } = await withEcho();
    expect(() => scf.createTrigger(id, { ...cosTrigger('cos:ObjectCreated:*'), ...change })).toThrow(refusal(code));
  });

  it('is refused when it overlaps another trigger on the bucket, of whichever function', async () => {
    const { scf, id } = await withEcho();
    const other = await deploy(scf, 'other', ECHO);
    scf.createTrigger(id, cosTrigger('cos:ObjectCreated:*'));
    expect(() => scf.createTrigger(id, cosTrigger('cos:ObjectCreated:*'))).toThrow(refusal('ResourceInUse.Trigger'));
    expect(() => scf.createTrigger(other, cosTrigger('cos:ObjectCreated:Put', 'a/'))).toThrow(
      refusal('InvalidParameterValue.CosNotifyRuleConflict'),
    );
    scf.createTrigger(other, cosTrigger('cos:ObjectRemove:*'));
  });

  it('is refused past ten of a function and past ten of a bucket', async () => {
    const { scf, core, id } = await withEcho();
    const other = await deploy(scf, 'other', ECHO);
    core.createBucket(`second-${APPID}`, REGION);
    const second = { name: `second-${APPID}.cos.${REGION}.myqcloud.com` };
    for (let n = 0; n < 9; n++) scf.createTrigger(id, cosTrigger('cos:ObjectCreated:*', `${n}/`));
    scf.createTrigger(id, { ...cosTrigger('cos:ObjectCreated:*'), ...second });
    const full = refusal('LimitExceeded.Trigger');
    expect(() => scf.createTrigger(id, cosTrigger('cos:ObjectCreated:*', '9/'))).toThrow(full);
    scf.createTrigger(other, cosTrigger('cos:ObjectCreated:*', '9/'));
    expect(() => scf.createTrigger(other, cosTrigger('cos:ObjectCreated:*', '10/'))).toThrow(full);
  });

  it('delivers as the faults say: not at all, twice, late', async () => {
    const plan = [[], [0, 0], [5]];
    const { scf, put, id } = await withEcho({ faults: { onEvent: () => plan.shift() ?? [0] } });
    scf.createTrigger(id, cosTrigger('cos:ObjectCreated:*'));
    for (const key of ['lost', 'twice', 'late']) put(key);
    expect(scf.counters().delayed).toBe(1);
    await scf.idle();
    const keys = received(scf, id).map(
      (event) => /[a-z]+"/.exec(JSON.stringify(event).split('photos/')[1] ?? '')?.[0] ?? '',
    );
    expect(keys.sort()).toEqual(['late"', 'twice"', 'twice"']);
  });
});

describe('a timer', () => {
  const every = (name: string, cron: string): TriggerRequest => ({
    type: 'timer',
    name,
    description: cron,
    customArgument: `from ${name}`,
  });

  it('runs the function with its event on demand', async () => {
    const { scf, id } = await withEcho({ now: () => Date.UTC(2026, 0, 31, 0, 1, 2, 900) });
    scf.createTrigger(id, every('minute', '0 * * * * * *'));
    scf.createTrigger(id, every('daily', '0 0 0 * * * *'));
    expect(scf.tick(id, 'minute')).toBe(1);
    await scf.idle();
    expect(received(scf, id)).toEqual([
      { Type: 'Timer', TriggerName: 'minute', Time: '2026-01-31T00:01:02Z', Message: 'from minute' },
    ]);
    expect(scf.tick(id)).toBe(2);
    await scf.idle();
  });

  it('fires by itself, again and again, until it is deleted', async () => {
    const now = () => Date.UTC(2026, 0, 31, 0, 0, 30);
    const { scf, id } = await withEcho({ now, timerScale: 0.000_01, maxInstances: 1 });
    scf.createTrigger(id, every('minute', '0 * * * * * *'));
    const runs: Invocation[] = [];
    const three = new Promise<void>((resolve) => {
      scf.onInvocation((run) => {
        runs.push(run);
        if (runs.length === 3) resolve();
      });
    });
    await three;
    scf.deleteTrigger(id, { type: 'timer', name: 'minute' });
    const times = runs.map(({ result }) => (JSON.parse(result) as { Time: string }).Time);
    expect(times.slice(0, 3)).toEqual(['2026-01-31T00:01:00Z', '2026-01-31T00:02:00Z', '2026-01-31T00:03:00Z']);
    await scf.idle();
    const fired = scf.logs(id).length;
    await expect.poll(() => scf.counters().queued + scf.counters().running).toBe(0);
    expect(scf.logs(id)).toHaveLength(fired);
  });

  it('is refused with a wrong schedule or name, or twice', async () => {
    const { scf, id } = await withEcho();
    expect(() => scf.createTrigger(id, every('a', '* * * * *'))).toThrow(refusal('InvalidParameterValue.TriggerDesc'));
    expect(() => scf.createTrigger(id, every('a b', '0 * * * * * *'))).toThrow(
      refusal('InvalidParameterValue.TriggerName'),
    );
    scf.createTrigger(id, every('a', '0 * * * * * *'));
    expect(() => scf.createTrigger(id, every('a', '0 0 * * * * *'))).toThrow(refusal('ResourceInUse.Trigger'));
  });
});
