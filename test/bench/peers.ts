import { BACKUP, SOURCE, wholeBucket } from '../deployment/index.ts';
import { TRAITS, traitsAt, writeFixture } from './fixture.ts';
import type { Trait } from './fixture.ts';
import { round } from './middle.ts';
import { OTHERS, openSite } from './site.ts';
import type { Site } from './site.ts';
import { findTools } from './tools.ts';
import type { BenchOptions, BenchResult, Figure } from './types.ts';

const OBJECTS = 200;
const FIXTURE = 'fixture/';

interface Peer {
  readonly name: string;
  /** For each object of a run over many, the start of the program included. */
  readonly requests: number;
  readonly cpuMs: number;
  readonly loses: readonly Trait[];
}

/**
 * Other tools on the same objects and the same local cloud: requests, CPU of a whole run, start included, and the
 * traits that do not arrive at the other side.
 */
export async function benchPeers(_options: BenchOptions): Promise<BenchResult> {
  const site = await openSite([wholeBucket(BACKUP)]);
  try {
    const tools = await findTools();
    const peers = [await functionOf(site), await sdkOf(site)];
    const missing: string[] = [];
    for (const one of tools) {
      if ('missing' in one) missing.push(`${one.name} (${one.missing})`);
      else {
        peers.push(
          await measured(site, one.tool.name, OTHERS, async (prefix) => ({ cpu: await one.tool.copy(site, prefix) })),
        );
      }
    }
    const [own] = peers;
    const limited: Figure[] = [
      {
        name: 'peers: traits of an object that replicate loses',
        value: own?.loses.length ?? NaN,
        kind: 'count',
        most: 0,
      },
    ];
    return {
      ok: true,
      figures: { peers, missing },
      limited,
      lines: [
        `${OBJECTS} objects in one run, start of the program included`,
        ...peers.map(
          ({ name, requests, cpuMs, loses }) =>
            `  ${name.padEnd(12)}${String(requests).padEnd(6)}requests and ${String(cpuMs).padEnd(6)}ms CPU per object; loses ${loses.join(', ') || 'nothing'}`,
        ),
        `${missing.length} of ${tools.length} tools missing${missing.length === 0 ? '' : `: ${missing.join('; ')}`}`,
      ],
    };
  } finally {
    await site.close();
  }
}

type Copied = { readonly cpu: number };

async function measured(
  site: Site,
  name: string,
  place: typeof OTHERS,
  copy: (prefix: string, events: ReturnType<Site['upload']>) => Promise<Copied>,
): Promise<Peer> {
  const prefix = `${name}/`;
  const fixture = prefix + FIXTURE;
  writeFixture(site.cloud, SOURCE, fixture);
  await copy(fixture, site.takeEvents());
  const written = site.upload(OBJECTS, `${prefix}many/`);
  site.forget();
  const { cpu } = await copy(`${prefix}many/`, written);
  const requests = [...site.requests.values()].reduce((sum, count) => sum + count, 0);
  const found = traitsAt(site.cloud, place, fixture);
  return {
    name,
    requests: round(requests / OBJECTS, 3),
    cpuMs: round(cpu / OBJECTS / 1000, 3),
    loses: TRAITS.filter((trait) => !found.includes(trait)),
  };
}

const functionOf = (site: Site): Promise<Peer> =>
  measured(site, 'replicate', BACKUP, async (_prefix, events) => ({ cpu: (await site.run('function', events)).total }));

/** A loop over the current objects: a copy by key can do no more. */
const sdkOf = (site: Site): Promise<Peer> =>
  measured(site, 'SDK', OTHERS, async (prefix) => {
    const { entries } = site.cloud.core.listObjects(SOURCE.bucket, SOURCE.region, { prefix, maxKeys: 1000 });
    return {
      cpu: (
        await site.run(
          'sdk',
          entries.map(({ key }) => ({ key, event: undefined })),
        )
      ).total,
    };
  });
