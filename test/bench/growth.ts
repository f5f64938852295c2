import { BACKUP, MeasuredDeployment, SOURCE, wholeBucket } from '../deployment/index.ts';
import { middle, round } from './middle.ts';
import { openSite } from './site.ts';
import type { BenchOptions, BenchResult, Figure } from './types.ts';

const VERSIONS = [10, 20, 40];
const RULES = [1, 1000];
const OBJECTS = 300;
const WAITING = [100, 1000];

/** How work grows with the content of a bucket: versions of a key, rules, waiting work. */
export async function benchGrowth({ quick }: BenchOptions): Promise<BenchResult> {
  const looks = new Map<number, number>();
  for (const count of VERSIONS) looks.set(count, await requestsOfLook(count));
  const waiting = new Map<number, number>();
  for (const count of WAITING) waiting.set(count, await requestsToStart(count));
  const rules = await cpuOfRules(quick ? 1 : 5);
  const [few = 0, , many = 0] = VERSIONS.map((count) => looks.get(count) ?? 0);
  const perVersion = round((many - few) / (40 - 10));
  const perTask = round((waiting.get(1000) ?? 0) / 1000);
  const limited: Figure[] = [
    {
      name: 'growth: requests of a full look per further version, written in a burst',
      value: perVersion,
      kind: 'count',
      most: 2.1,
    },
    { name: 'growth: requests per task started of 1,000 that wait', value: perTask, kind: 'count', most: 3.1 },
    {
      name: 'growth: the same over those of 100 that wait',
      value: round(perTask / ((waiting.get(100) ?? 0) / 100)),
      kind: 'count',
      most: 1.05,
    },
    {
      name: 'growth: CPU per object with 1,000 rules that all match over one rule',
      value: rules,
      kind: 'ratio',
      most: 1.2,
    },
  ];
  return {
    ok: true,
    figures: { looks: Object.fromEntries(looks), waiting: Object.fromEntries(waiting), rules },
    limited,
    lines: [
      `requests of a full look     ${[...looks].map(([count, requests]) => `${requests} at ${count} versions`).join(', ')}`,
      `requests to start tasks     ${[...waiting].map(([count, requests]) => `${requests} for ${count}`).join(', ')}`,
      `CPU per object with 1,000 rules that all match  ${rules} times that with one`,
    ],
  };
}

/**
 * Requests of a full look at one key whose versions were all written at once, none of them replicated yet, without the
 * copies.
 */
async function requestsOfLook(versions: number): Promise<number> {
  const world = new MeasuredDeployment({ markerTold: true });
  await world.begin();
  let event = world.put('k', 'first');
  for (let i = 1; i < versions; i += 1) event = world.put('k', `version ${i}`);
  await world.handle(event);
  await world.settle();
  world.forget();
  await world.handle(event, false);
  const count = world.requests.length;
  await world.close();
  return count;
}

async function requestsToStart(count: number): Promise<number> {
  const world = new MeasuredDeployment({ markerTold: true });
  await world.begin();
  for (let i = 0; i < count; i += 1) {
    const target = { source: SOURCE, destination: BACKUP, key: `key-${i}` };
    await world.engine.tasks.defer(
      { ...target, hints: [], floor: 0, since: 0, cause: 'settle', created: 0 } as never,
      1,
    );
  }
  world.forget();
  await world.engine.tasks.promote(world.now + 60_000);
  const requests = world.requests.length;
  await world.close();
  return requests;
}

/** CPU of the deployed function for a new object with 1,000 rules that all match, over that with one. */
async function cpuOfRules(rounds: number): Promise<number> {
  const sites = await Promise.all(
    RULES.map((count) =>
      openSite(Array.from({ length: count }, (_, i) => wholeBucket(BACKUP, { id: `rule-${i}`, priority: i + 1 }))),
    ),
  );
  try {
    const ratios: number[] = [];
    for (let i = 0; i < rounds; i += 1) {
      const warm: number[] = [];
      for (const site of sites) warm.push((await site.run('function', site.upload(OBJECTS, `${i}/`))).warm);
      ratios.push((warm[1] ?? Number.NaN) / (warm[0] ?? Number.NaN));
    }
    return round(middle(ratios));
  } finally {
    for (const site of sites) await site.close();
  }
}
