import { beforeEach, expect, it } from 'vitest';
import type { Version } from '../../cloud/cos/index.ts';
import { BACKUP, deployment, type Deployment, KEY, refusal, RULE, SETTLED, SOURCE } from '../../deployment/index.ts';

const TARGET = { source: SOURCE, destination: BACKUP, key: KEY };

let world: Deployment;
let versions: readonly [Version, Version, Version];

/**
 * The second of two versions is replicated. The run of the first one's event was killed just after it had taken the
 * key. Its expired lease, not yet swept, is the only record of it. Then a third version is written.
 */
beforeEach(async () => {
  world = await deployment({ markerTold: () => true });
  const write = (text: string): Version => {
    world.clock.ms += 1000;
    return world.put(text);
  };
  const [first, second] = [write('1'), write('2')];
  await world.replicate({ version: second });
  const facts = { floor: first.time / 1000, since: Number.POSITIVE_INFINITY };
  await world.engine.leases.acquire(TARGET, facts, world.clock.ms + 60_000);
  world.clock.ms += 2 * SETTLED;
  await world.engine.rules.getBoth(SOURCE).fresh;
  versions = [first, second, write('3')];
});

/** Fails the next request of a kind, once. */
function failOnce(wanted: string, prefix = ''): void {
  let failed = false;
  world.onRequest((call, key) => {
    if (failed || call !== wanted || !key.startsWith(prefix)) return;
    failed = true;
    throw refusal();
  });
}

it.each<[string, () => void | Promise<void>]>([
  ['succeeds', () => undefined],
  ['is refused a copy', () => failOnce('copyObject backup')],
  ['cannot read the source', () => failOnce('headObject source')],
  ['has to look again', () => failOnce('headObject backup')],
  ['began by rules that were changed', () => world.setRulesElsewhere([{ ...RULE, storageClass: 'STANDARD_IA' }])],
])('a run that continues a killed one loses none of its work when it %s', async (_, happens) => {
  await happens();
  await world.replicate({ version: versions[2] });
  await world.later();
  expect(world.stack()).toEqual(versions.map(({ versionId }) => versionId).toReversed());
  expect(world.state()).toEqual(['rules/source-1250000000']);
});

it('a run that continues a killed one loses none of its work when the work cannot be written down', async () => {
  world.onRequest((call, key) => {
    if (call === 'copyObject backup' || (call === 'putObject crr' && key.startsWith('waiting/'))) throw refusal();
  });
  await expect(world.replicate({ version: versions[2] })).rejects.toThrow('refused');
  world.onRequest(() => undefined);
  await world.later();
  // The platform repeats the failed event by itself; the work of the first run it does not.
  expect(world.stack()).toEqual(versions.map(({ versionId }) => versionId).toReversed());
});
