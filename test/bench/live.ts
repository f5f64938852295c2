import { BACKUP, wholeBucket } from '../deployment/index.ts';
import { middle, round } from './middle.ts';
import type { Told } from './programs/told.ts';
import { openSite } from './site.ts';
import type { Site } from './site.ts';
import type { BenchOptions, BenchResult, Figure } from './types.ts';

const PROGRAMS = ['function', 'bare', 'sdk'] as const;
type Program = (typeof PROGRAMS)[number];
const OBJECTS = 400;
const FEW = 12;
const [NEAR_MS, FAR_MS] = [5, 30];

interface Measured extends Told {
  readonly requests: Readonly<Record<string, number>>;
}

/**
 * Live replication of new small objects: the deployed bundle in a process of its own, in turns with a bare copy by
 * node:http and a loop over the official SDK, all on one local cloud.
 */
export async function benchLive(options: BenchOptions): Promise<BenchResult> {
  const site = await openSite([wholeBucket(BACKUP)]);
  try {
    const found = new Map<Program, Measured[]>(PROGRAMS.map((name) => [name, []]));
    for (let i = 0; i < (options.quick ? 1 : 5); i += 1) {
      for (const name of PROGRAMS) found.get(name)?.push(await measured(site, name, `round-${i}/${name}/`));
    }
    const of = (name: Program, pick: (one: Told) => number): number => middle((found.get(name) ?? []).map(pick));
    const ratio = (name: Program, pick: (one: Told) => number): number =>
      round(middle((found.get(name) ?? []).map((one, i) => pick(one) / pick((found.get('bare') ?? [])[i] ?? one))));
    const trips = await roundTrips(site);
    const { told, queued, ruleReads, warmQueued } = await requestsWhereTold();
    const requests = found.get('function')?.[0]?.requests ?? {};
    const perObject = round(Object.values(requests).reduce((sum, count) => sum + count, 0) / OBJECTS);
    const warming = round(middle((found.get('function') ?? []).map(({ early, warm }) => early / warm)));
    const limited: Figure[] = [
      { name: 'live: COS requests per new object', value: perObject, kind: 'count', most: 9.1 },
      { name: 'live: the same where a 404 names delete markers', value: told, kind: 'count', most: 7.1 },
      {
        name: 'live: the same for events that have waited, without reads of the rules',
        value: queued,
        kind: 'count',
        most: 6.05,
      },
      { name: 'live: their reads of the rules in half a second', value: ruleReads, kind: 'count', most: 1 },
      {
        name: 'live: round trips one after the other per new object',
        value: round(trips.function),
        kind: 'ratio',
        most: 10,
      },
      {
        name: 'live: warm CPU over a bare copy',
        value: ratio('function', ({ warm }) => warm),
        kind: 'ratio',
        most: 13,
      },
      {
        name: 'live: the same for events that have waited, where a 404 names delete markers',
        value: warmQueued,
        kind: 'ratio',
        most: 10,
      },
      { name: 'live: CPU of the 2nd to 200th event over later ones', value: warming, kind: 'ratio', most: 1.4 },
      {
        name: 'live: CPU of a cold process over a bare one',
        value: ratio('function', ({ first }) => first),
        kind: 'ratio',
        most: 1.9,
      },
      {
        name: 'live: MB of memory over a bare process',
        value: ratio('function', ({ memory }) => memory),
        kind: 'ratio',
        most: 1.6,
      },
    ];
    const line = (name: Program, title: string): string =>
      `${title.padEnd(24)}${ms(of(name, ({ warm }) => warm))} ms warm (${ratio(name, ({ warm }) => warm)} times bare), ` +
      `${ms(of(name, ({ first }) => first))} ms cold (${ratio(name, ({ first }) => first)} times), ` +
      `${Math.round(of(name, ({ memory }) => memory))} MB, ${round(trips[name], 2)} round trips`;
    return {
      ok: true,
      figures: {
        cpu: Object.fromEntries(found),
        requestsPerObject: perObject,
        requestsWhereTold: told,
        requestsOfQueued: queued,
        ruleReadsOfQueued: ruleReads,
        warmQueued,
        requests,
        roundTrips: trips,
        warming,
      },
      limited,
      lines: [
        'CPU per new object of 10 KB, memory, and round trips one after the other',
        line('function', '  replicate, as deployed'),
        line('bare', '  bare signed copy'),
        line('sdk', '  official SDK, a copy'),
        `requests per object of replicate: ${perObject} (${Object.entries(requests)
          .map(([name, count]) => `${name} ${round(count / OBJECTS, 2)}`)
          .join(', ')})`,
      ],
    };
  } finally {
    await site.close();
  }
}

async function measured(site: Site, name: Program, prefix: string): Promise<Measured> {
  const written = site.upload(OBJECTS, prefix);
  site.forget();
  const told = await site.run(name, written);
  return { ...told, requests: Object.fromEntries(site.requests) };
}

/** ms after which a server's clock proves that an object was written before. */
const QUEUED_MS = 4_000;
/** ms for which such events share one read of the rules. */
const SHARED_MS = 500;

/**
 * COS requests for each new object at a destination whose 404 names delete markers, without a pre-flight. First for
 * events that come at once, then for events that have waited for an instance. How often the second kind reads the rules
 * depends on the speed of the machine, so this is a figure of its own.
 */
async function requestsWhereTold(): Promise<{
  readonly told: number;
  readonly queued: number;
  readonly ruleReads: number;
  /** CPU of the second kind over that of a bare copy. */
  readonly warmQueued: number;
}> {
  const site = await openSite([wholeBucket(BACKUP)], { telling: true });
  const sum = (): number => [...site.requests.values()].reduce((all, count) => all + count, 0);
  try {
    const bare = await site.run('bare', site.upload(OBJECTS, 'bare/'));
    const fresh = site.upload(OBJECTS, 'telling/');
    site.forget();
    await site.run('function', fresh);
    const told = round(sum() / OBJECTS);
    const waiting = site.upload(OBJECTS, 'queued/');
    await new Promise((resolve) => setTimeout(resolve, QUEUED_MS));
    site.forget();
    const began = performance.now();
    const { warm } = await site.run('function', waiting);
    const shares = 1 + (performance.now() - began) / SHARED_MS;
    return {
      told,
      queued: round((sum() - site.readsOfRules()) / OBJECTS),
      ruleReads: round(site.readsOfRules() / shares),
      warmQueued: round(warm / bare.warm),
    };
  } finally {
    await site.close();
  }
}

/** From two latencies: the difference leaves out the time of the work itself. */
async function roundTrips(site: Site): Promise<Record<Program, number>> {
  const at = async (name: Program, latency: number): Promise<number> => {
    site.cloud.faults.set([{ match: { service: 'cos' }, effect: { kind: 'latency', ms: latency } }]);
    const told = await site.run(name, site.upload(FEW, `at-${latency}/${name}/`));
    site.cloud.faults.clear();
    return told.middleMs;
  };
  const trips: Partial<Record<Program, number>> = {};
  for (const name of PROGRAMS) {
    const near = await at(name, NEAR_MS);
    trips[name] = ((await at(name, FAR_MS)) - near) / (FAR_MS - NEAR_MS);
  }
  return trips as Record<Program, number>;
}

const ms = (microseconds: number): number => round(microseconds / 1000);
