import { beforeEach, describe, expect, it } from 'vitest';
import type { Task } from '../../../shared/tasks/index.ts';
import {
  deployment,
  type Deployment,
  KEY,
  OTHER,
  RULE,
  SOURCE,
  STATE,
  submitTo,
  TARGET,
  TOLD,
  waitingIn,
} from '../../deployment/index.ts';

const MINUTE = 60_000;

let world: Deployment;
beforeEach(async () => {
  world = await deployment(TOLD);
});

const submit = (change?: Partial<Task>) => submitTo(world, change);
const waiting = () => waitingIn(world);

describe('scope', () => {
  // P31
  it('a task of a removed rule is dropped, and the log says so', async () => {
    world.put('1');
    const name = await submit();
    await world.setRules([]);
    await world.runTask(name);
    expect(world.state('tasks/')).toEqual([]);
    expect(world.stack()).toEqual([]);
    expect(world.logs).toContainEqual({ message: 'out of scope', key: KEY, tasks: 1 });
  });

  it('rules are read fresh: a rule that was just stored is followed', async () => {
    world = await deployment(TOLD, []);
    const version = world.put('1');
    const name = await submit();
    const elsewhere = await deployment(TOLD);
    const rules = elsewhere.core.getObject(STATE.bucket, STATE.region, `rules/${SOURCE.bucket}`);
    world.core.putObject(
      STATE.bucket,
      STATE.region,
      rules.key,
      rules.blob as NonNullable<typeof rules.blob>,
      rules.attributes,
      { requestId: 'r' },
    );
    await world.runTask(name);
    expect(world.stack()).toEqual([version.versionId]);
  });

  it.each([
    ['disabled', { ...RULE, enabled: false }],
    ['for another prefix', { ...RULE, prefix: 'music/' }],
    ['for another destination', { ...RULE, destination: OTHER }],
  ])('a rule that is now %s replicates nothing', async (_, changed) => {
    world.put('1');
    const name = await submit();
    await world.setRules([changed]);
    await world.runTask(name);
    expect(world.stack()).toEqual([]);
    expect(world.stack(OTHER)).toEqual([]);
  });
});

describe('a rule that is disabled', () => {
  it('keeps its waiting work, and the work of killed runs, until it is enabled again', async () => {
    const version = world.put('1');
    await world.engine.leases.acquire(TARGET, { floor: 5, since: 9 }, world.clock.ms + MINUTE);
    world.clock.ms += 5 * MINUTE;
    await world.setRules([{ ...RULE, enabled: false }]);
    await world.runTask(await submit({ floor: 7, attempts: 9, cause: 'SlowDown' }));
    expect(world.stack()).toEqual([]);
    expect(world.state('leases/')).toEqual([]);
    expect(world.state('tasks/')).toEqual([]);
    const { task, wait } = await waiting();
    expect(task).toMatchObject({ ...TARGET, cause: 'RuleDisabled', floor: 5, since: 9 });
    expect(wait).toBeLessThanOrEqual(17 * MINUTE);

    await world.setRules([RULE]);
    await world.later();
    expect(world.stack()).toEqual([version.versionId]);
    expect(world.state('waiting/')).toEqual([]);
  });

  it('differs from a removed rule: without any rule the work is dropped', async () => {
    await world.setRules([{ ...RULE, enabled: false, prefix: 'elsewhere/' }]);
    await world.runTask(await submit());
    expect(world.state('waiting/')).toEqual([]);
  });
});
