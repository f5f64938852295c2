import { beforeEach, describe, expect, it } from 'vitest';
import { RULES_NEW_MS } from '../../../shared/durations/index.ts';
import { attemptId } from '../../../shared/identity/index.ts';
import type { Version } from '../../cloud/cos/index.ts';
import { remarked } from '../../shared/identity/keys.ts';
import {
  BACKUP,
  deployment,
  type Deployment,
  KEY,
  OTHER,
  refusal,
  RULE,
  SETTLED,
  SOURCE,
} from '../../deployment/index.ts';

const TOLD = { markerTold: () => true };

let world: Deployment;
beforeEach(async () => {
  world = await deployment(TOLD);
});

/** This many versions of the key, a second apart. */
const write = (count: number): Version[] =>
  Array.from({ length: count }, (_, n) => {
    world.clock.ms += 1000;
    return world.put(String(n));
  });

/** By another instance, so long before the next request that the cached answer has expired. */
async function removeRules(): Promise<void> {
  await world.setRulesElsewhere([]);
  world.clock.ms += 1000;
}

describe('rules', () => {
  it('every destination gets its replica, even when others fail', async () => {
    await world.setRules([RULE, { ...RULE, id: 'other', destination: OTHER }]);
    const version = world.put('1');
    world.onRequest((call) => {
      if (call === 'copyObject other') throw refusal();
    });
    expect(await world.replicate({ version })).toEqual({ done: 1, deferred: 1 });
    expect(world.stack(BACKUP)).toEqual([version.versionId]);
    world.onRequest(() => undefined);
    await world.replicate({ version });
    expect(world.stack(OTHER)).toEqual([version.versionId]);
  });

  it('no event is dropped for a cached absence of rules: they are read again', async () => {
    world = await deployment(TOLD, []);
    const version = world.put('1');
    await world.replicate({ version });
    expect(world.stack()).toEqual([]);
    await world.setRulesElsewhere([RULE]);
    await world.replicate({ version });
    expect(world.stack()).toEqual([version.versionId]);
  });

  it('a rule that another instance has just stored is followed although the cache has others', async () => {
    await world.replicate({ version: world.put('0') });
    await world.setRulesElsewhere([RULE, { ...RULE, id: 'other', destination: OTHER }]);
    const version = world.put('1');
    expect(await world.replicate({ version })).toEqual({ done: 2, deferred: 0 });
    expect(world.stack(OTHER)).toContain(version.versionId);
  });

  it('rules that another instance has just removed are not followed', async () => {
    await world.replicate({ version: world.put('0') });
    await world.setRulesElsewhere([]);
    expect(await world.replicate({ version: world.put('1') })).toEqual({ done: 0, deferred: 1 });
    expect(world.stack()).toHaveLength(1);
    // The unfinished work is dropped like any that no rule asks for any more.
    await world.later();
    expect(world.stack()).toHaveLength(1);
    expect(world.state()).toEqual(['rules/source-1250000000']);
  });

  it('a rule that another instance has just changed is followed in its new form, and nothing is copied twice', async () => {
    await world.replicate({ version: world.put('0') });
    await world.setRulesElsewhere([{ ...RULE, storageClass: 'STANDARD_IA' }]);
    const version = world.put('1');
    expect(await world.replicate({ version })).toEqual({ done: 1, deferred: 1 });
    await world.later();
    expect(world.stack()[0]).toBe(version.versionId);
    const { entries } = world.core.listVersions(BACKUP.bucket, BACKUP.region, { prefix: KEY });
    expect(entries.map(({ attributes }) => attributes.storageClass)).toEqual(['STANDARD_IA', 'STANDARD']);
  });

  it.each([
    ['All', 2],
    ['Current', 1],
  ] as const)(
    'of objects from before the rule, %s is copied when somebody asks for the key',
    async (existing, count) => {
      world.put('1');
      const version = world.put('2');
      world.clock.ms += SETTLED;
      await world.setRules([{ ...RULE, start: world.clock.ms, existing }]);
      await world.ask();
      expect(world.stack()).toHaveLength(count);
      expect(world.stack()[0]).toBe(version.versionId);
    },
  );

  it('keys outside the prefix and versions older than the rule are left alone', async () => {
    await world.setRules([{ ...RULE, prefix: 'photos/', start: world.clock.ms + 1000 }]);
    await world.replicate({ version: world.put('1') });
    await world.replicate({ key: 'x', version: world.put('1', {}, SOURCE, 'x') });
    expect(world.stack()).toEqual([]);
    expect(world.stack(BACKUP, 'x')).toEqual([]);
    world.clock.ms += 1000;
    const version = world.put('2');
    await world.replicate({ version });
    expect(world.stack()).toEqual([version.versionId]);
  });

  // P29
  it('a run whose rules are removed ends before its next write', async () => {
    const versions = write(4);
    world.onAnswer(async (call) => {
      if (call === 'copyObject backup') await removeRules();
    });
    expect(await world.replicate({ version: versions[0] })).toEqual({ done: 0, deferred: 1 });
    expect(world.stack()).toHaveLength(1);
  });

  it('a task whose rules are removed ends before its next write, deletions included', async () => {
    write(3);
    world.remove();
    world.onAnswer(async (call) => {
      if (call === 'listVersions source') await removeRules();
    });
    await world.ask();
    await world.later();
    expect(world.stack()).toEqual([]);
    expect(world.state()).toEqual(['rules/source-1250000000']);
  });

  it('rules that are removed remove nothing: surplus replicas stay', async () => {
    const version = world.put('1');
    await world.replicate({ version });
    const [replica] = world.core.listVersions(BACKUP.bucket, BACKUP.region, { prefix: KEY }).entries;
    const second = attemptId(world.clock.ms, true, 'z1');
    const meta = remarked(replica?.attributes.meta ?? {}, { id: second }, BACKUP, KEY);
    world.clock.ms += 1000;
    world.put('1', { meta }, BACKUP);
    world.clock.ms += SETTLED;
    await world.engine.rules.getBoth(SOURCE).fresh;
    await world.setRulesElsewhere([]);
    world.clock.ms += RULES_NEW_MS;
    await world.replicate({ version, vid: '' });
    expect(world.stack()).toEqual([version.versionId, version.versionId]);
  });

  it('unreadable rules stop the work, and the event is repeated', async () => {
    await world.replicate({ version: world.put('0') });
    world.onRequest((call, key) => {
      if (call === 'getObject crr' && key.startsWith('rules/')) throw refusal();
    });
    await expect(world.replicate({ version: world.put('1') })).rejects.toThrow('SlowDown');
    expect(world.stack()).toHaveLength(1);
  });

  it('a run waits for rules no longer than its time', async () => {
    await world.replicate({ version: world.put('0') });
    world.onAnswer((_call, key) => {
      if (key.startsWith('rules/')) world.clock.ms += 58_000;
    });
    expect(await world.replicate({ version: world.put('1') })).toEqual({ done: 0, deferred: 1 });
    expect(world.requests.filter((call) => call.startsWith('copy'))).toEqual([]);
  });

  it('rules for current versions alone bring back no deleted version, although listings lag', async () => {
    world.put('1');
    world.clock.ms += SETTLED;
    world.remove();
    world.clock.ms += 2000;
    await world.setRules([{ ...RULE, start: world.clock.ms, deleteMarkersSince: world.clock.ms, existing: 'Current' }]);
    const listVersions = world.core.listVersions.bind(world.core);
    world.core.listVersions = (bucket, region, query) => {
      const page = listVersions(bucket, region, query);
      return bucket === SOURCE.bucket ? { ...page, entries: page.entries.slice(1) } : page;
    };
    await world.ask();
    world.core.listVersions = listVersions;
    await world.later();
    expect(world.stack()).toEqual([]);
  });
});
