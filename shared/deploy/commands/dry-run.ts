import * as z from 'zod/mini';
import { callApi } from '../cloud/api-call.ts';
import { bucketOf, count, money, parse, size, type ApiDeps } from './ask.ts';

const amount = { versions: z.number(), bytes: z.number(), deleteMarkers: z.number() };
const planned = { objects: z.number(), ...amount };
const cost = z.object({
  currency: z.string(),
  requests: z.number(),
  functions: z.number(),
  traffic: z.number(),
  total: z.number(),
});
const usage = z.object({
  requests: z.number(),
  functionRuns: z.number(),
  gbSeconds: z.number(),
  bytesAcrossRegions: z.number(),
});
const destination = z.object({
  destination: z.string(),
  rules: z.array(z.object({ id: z.string(), ...planned })),
  replicates: z.object(planned),
  ifTagged: z.object(amount),
  already: z.object(amount),
  skipped: z.array(z.object({ reason: z.string(), ...amount })),
  usage,
  cost,
});
const answer = z.object({
  prefix: z.string(),
  listed: z.number(),
  complete: z.boolean(),
  marker: z.optional(z.string()),
  destinations: z.array(destination),
  cost,
  untold: z.array(z.string()),
  measuredAt: z.string(),
});

type Part = z.infer<typeof answer>;
type Destination = z.infer<typeof destination>;

/**
 * Prints the versions that a document would replicate. It calls the API until all are counted. Throws `DeployError`.
 */
export async function showDryRun(
  deps: ApiDeps,
  options: { readonly bucket: string | undefined; readonly json: boolean },
  document: Uint8Array,
): Promise<void> {
  const bucket = bucketOf(deps.settings, options.bucket);
  let sum: Part | undefined;
  do {
    const parameters = { marker: sum?.marker };
    const call = { method: 'POST', bucket, subresource: 'replicationDryRun', parameters, body: document } as const;
    const part = parse(answer, await callApi(deps.keys, deps.address, call));
    sum = sum === undefined ? part : add(sum, part);
  } while (sum.marker !== undefined);
  deps.print(options.json ? JSON.stringify({ bucket, ...sum }) : format(bucket, sum));
}

/** The sum of two successive calls. */
function add(before: Part, part: Part): Part {
  return {
    ...part,
    listed: before.listed + part.listed,
    destinations: part.destinations.map((one) => {
      const other = before.destinations.find((candidate) => candidate.destination === one.destination);
      return other === undefined ? one : addDestination(other, one);
    }),
    cost: plus(before.cost, part.cost),
  };
}

function addDestination(a: Destination, b: Destination): Destination {
  return {
    destination: a.destination,
    rules: addNamed(a.rules, b.rules, ({ id }) => id),
    replicates: plus(a.replicates, b.replicates),
    ifTagged: plus(a.ifTagged, b.ifTagged),
    already: plus(a.already, b.already),
    skipped: addNamed(a.skipped, b.skipped, ({ reason }) => reason),
    usage: plus(a.usage, b.usage),
    cost: plus(a.cost, b.cost),
  };
}

function addNamed<T extends Readonly<Record<string, string | number>>>(
  a: readonly T[],
  b: readonly T[],
  name: (one: T) => string,
): T[] {
  const sums = new Map(a.map((one) => [name(one), one]));
  for (const one of b) {
    const other = sums.get(name(one));
    sums.set(name(one), other === undefined ? one : plus(other, one));
  }
  return [...sums.values()];
}

/** Adds numbers and keeps names. */
function plus<T extends Readonly<Record<string, string | number>>>(a: T, b: T): T {
  const sums = Object.entries(a).map(([name, value]) => {
    const other = b[name];
    return [name, typeof value === 'number' && typeof other === 'number' ? value + other : value];
  });
  return Object.fromEntries(sums) as T;
}

function format(bucket: string, { prefix, listed, destinations, cost: price }: Part): string {
  if (destinations.length === 0) return `No rule of the document is enabled: nothing of ${bucket} would be replicated.`;
  const where = prefix === '' ? bucket : `${bucket} below ${JSON.stringify(prefix)}`;
  return [
    `Nothing was stored. ${count(listed)} versions and delete markers of ${where} were listed.`,
    ...destinations.flatMap(formatDestination),
    `Together about ${money(price)} at list prices, without storage`,
  ].join('\n');
}

function formatDestination(one: Destination): string[] {
  const { replicates, ifTagged, already, skipped } = one;
  return [
    `${one.destination}: would get ${amountText(replicates)}; ${count(replicates.objects)} of the versions are current`,
    ...one.rules.map((rule) => `  rule ${rule.id}: ${amountText(rule)}`),
    ...(ifTagged.versions === 0 ? [] : [`  of these only if the tags fit: ${amountText(ifTagged)}`]),
    ...(isNone(already) ? [] : [`  replicated by the stored rules already: ${amountText(already)}`]),
    ...skipped.map((skip) => `  skipped (${skip.reason}): ${amountText(skip)}`),
    `  at most about ${count(one.usage.requests)} requests, ${size(one.usage.bytesAcrossRegions)} between regions, ${money(one.cost)}`,
  ];
}

const isNone = ({ versions, deleteMarkers }: Destination['already']): boolean => versions + deleteMarkers === 0;

const amountText = ({ versions, bytes, deleteMarkers }: Destination['already']): string =>
  `${count(versions)} versions (${size(bytes)}), ${count(deleteMarkers)} delete markers`;
