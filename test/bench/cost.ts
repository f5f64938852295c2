import { LIST_PRICES, MEASURED, costOf, usageOf } from '../../shared/cost/index.ts';
import type { Cost, Usage } from '../../shared/cost/index.ts';
import { partCountOf, partSizeOf } from '../../shared/replication/act/multipart/part-size.ts';
import { BACKUP, MeasuredDeployment, wholeBucket } from '../deployment/index.ts';
import { round } from './middle.ts';
import { openSite } from './site.ts';
import type { BenchOptions, BenchResult, Figure } from './types.ts';

const OBJECTS = 60;
const LATENCY_MS = 10;
const MILLION = 1_000_000;
const [SMALL, LARGE, TB] = [10_000, 5 * 2 ** 30, 1e12];
/** Published for Data Transfer Hub, in USD, traffic not included: for 1,000,000 objects of 10 KB, and for 1 TB. */
const HUB = { millionSmall: 9.5, tb: 2.3 };
/** The model's sums over the counted ones, at most. */
const TOLERANCE = 1.2;

/** The cost of replicating at list prices: counted in a real run, and from the model that dry runs use. */
export async function benchCost(_options: BenchOptions): Promise<BenchResult> {
  const small = await countSmall();
  const requests = await countLarge();
  const parts = partCountOf(LARGE, partSizeOf(LARGE));
  const perTb = TB / LARGE;
  const million: Usage = {
    requests: small.requests * MILLION,
    invocations: MILLION,
    gbSeconds: (small.ms / 1000) * (MEASURED.memory / 1024) * MILLION,
    bytesAcrossRegions: SMALL * MILLION,
  };
  const modelMillion = usageOf({ objects: MILLION, bytes: SMALL * MILLION, parts: 0, acrossRegions: true }, MEASURED);
  const modelTb = usageOf({ objects: perTb, bytes: TB, parts: parts * perTb, acrossRegions: true }, MEASURED);
  const tb: Usage = { ...modelTb, requests: requests * perTb };
  const costs = { million: costOf(million, LIST_PRICES), tb: costOf(tb, LIST_PRICES) };
  const models = { million: costOf(modelMillion, LIST_PRICES), tb: costOf(modelTb, LIST_PRICES) };
  const limited: Figure[] = [
    apart('cost: model of 1,000,000 small objects, requests', modelMillion.requests, million.requests),
    apart('cost: model of 1 TB, requests', modelTb.requests, tb.requests),
    {
      name: 'cost: USD per 1,000,000 small objects over Data Transfer Hub',
      value: round(usd(costs.million) / HUB.millionSmall),
      kind: 'count',
      most: 1,
    },
    { name: 'cost: USD per TB over Data Transfer Hub', value: round(usd(costs.tb) / HUB.tb), kind: 'count', most: 1 },
  ];
  return {
    ok: true,
    figures: { small, requestsOfLarge: requests, partsOfLarge: parts, costs, models, prices: LIST_PRICES, hub: HUB },
    limited,
    lines: [
      `USD at list prices, without traffic${' '.repeat(12)}counted  model  Data Transfer Hub`,
      `  1,000,000 objects of 10 KB${' '.repeat(19)}${line(costs.million, models.million, HUB.millionSmall)}`,
      `  1 TB in objects of 5 GB${' '.repeat(22)}${line(costs.tb, models.tb, HUB.tb)}`,
      `  traffic between regions on top, per TB      ${round(costs.tb.traffic / LIST_PRICES.perUsd)}`,
      `counted: ${small.requests} requests and ${Math.round(small.ms)} ms per small object at ${LATENCY_MS} ms a request; ${requests} requests for ${parts} parts of 5 GB`,
    ],
  };
}

const usd = ({ requests, functions }: Cost): number => (requests + functions) / LIST_PRICES.perUsd;

const line = (counted: Cost, model: Cost, hub: number): string =>
  `${String(round(usd(counted))).padEnd(9)}${String(round(usd(model))).padEnd(7)}${hub}`;

/** How far the model is from the counted sum, as a factor of at least 1. */
function apart(name: string, model: number, counted: number): Figure {
  return { name, value: round(Math.max(model / counted, counted / model)), kind: 'count', most: TOLERANCE };
}

/** The counters of the local cloud while the deployed function replicates small objects. */
async function countSmall(): Promise<{ readonly requests: number; readonly ms: number }> {
  const site = await openSite([wholeBucket(BACKUP)]);
  try {
    const written = site.upload(OBJECTS, 'small/');
    site.cloud.faults.set([{ match: { service: 'cos' }, effect: { kind: 'latency', ms: LATENCY_MS } }]);
    site.forget();
    const { middleMs } = await site.run('function', written);
    const requests = [...site.requests.values()].reduce((sum, count) => sum + count, 0);
    return { requests: round(requests / OBJECTS), ms: middleMs };
  } finally {
    await site.close();
  }
}

/** Requests for one large object, copied in parts by the run that may copy objects of any size. */
async function countLarge(): Promise<number> {
  const world = new MeasuredDeployment({ markerTold: true, inlineBytes: Number.POSITIVE_INFINITY });
  await world.begin();
  await world.handle(world.putLarge('large', LARGE));
  const requests = await world.settle();
  const { entries } = world.core.listVersions(BACKUP.bucket, BACKUP.region, { maxKeys: 10 });
  if (entries.length !== 1) throw new Error(`The large object has ${entries.length} replicas`);
  await world.close();
  return requests;
}
