import { keyProblem, formatPlace, samePlace, CosError } from '../../../shared/cos/index.ts';
import type { VersionsPage } from '../../../shared/cos/index.ts';
import { costOf, LIST_PRICES, MEASURED, sumOfUsage, usageOf } from '../../../shared/cost/index.ts';
import type { Usage } from '../../../shared/cost/index.ts';
import { mergeStarts } from '../../../shared/rules/index.ts';
import type { RuleSet } from '../../../shared/rules/index.ts';
import { forecast } from '../../../shared/scan/index.ts';
import type { DestinationForecast } from '../../../shared/scan/index.ts';
import type { HttpResponse } from '../../../shared/scf/index.ts';
import type { DryRun } from '../dry-run-schemas.ts';
import { jsonResponse, timeText } from '../request/json.ts';
import { refuse } from '../response/errors.ts';
import { readRules } from './replication.ts';
import { parameter } from './verb.ts';
import type { CallOptions, VerifiedCall } from './verb.ts';
import { checkVersioning } from './versioning.ts';
import { API_WAIT_MS } from '../../../shared/durations/index.ts';

/** Most characters of a cursor: a key of the greatest length and a version ID. */
const LONGEST_MARKER = 4096;
const LONGEST_VERSION_ID = 256;

/**
 * POST with `replicationDryRun`: counts the versions that a configuration would replicate if it were stored now. It
 * writes nothing.
 */
export async function postDryRun(call: VerifiedCall, options: CallOptions): Promise<HttpResponse> {
  const { source, sender, request } = call;
  const until = options.now() + API_WAIT_MS;
  const document = readRules(request, source, { ...options, sender });
  const from = readMarker(call);
  const [{ previous, date }] = await Promise.all([
    options.rules.getForUpdate(source),
    checkVersioning(
      options.cos,
      source,
      document.rules.map(({ destination }) => destination),
    ),
  ]);
  const { role } = document;
  const ruleSet: RuleSet = { source, role, rules: mergeStarts(previous, document.rules, date), created: date };
  const query = { cos: options.cos, ruleSet, previous, from, until, now: options.now };
  const { prefix, entries, next, destinations } = await forecast(query).catch((error: unknown) => {
    if (from !== undefined && error instanceof CosError && error.status === 400) throw wrongMarker();
    throw error;
  });
  const usages = destinations.map((one) => usageOfForecast(one, source.region !== one.destination.region));
  const answer: DryRun = {
    bucket: source.bucket,
    prefix,
    listed: entries,
    complete: next === undefined,
    ...(next === undefined ? {} : { marker: markerOf(next) }),
    destinations: destinations.map((one, index) => describe(one, usages[index] ?? sumOfUsage([]))),
    cost: priceOf(sumOfUsage(usages)),
    untold: [
      'customer-key',
      'unknown-encryption',
      'kms-not-selected',
      'metadata-limit',
      'reserved-metadata',
      // Replicas of other deployments are not passed on.
      ...(options.listed.destinations.some((place) => samePlace(place, source)) ? (['replica'] as const) : []),
    ],
    measuredAt: timeText(options.now()),
  };
  return jsonResponse(200, answer);
}

function describe(found: DestinationForecast, usage: Usage): DryRun['destinations'][number] {
  const { requests, invocations, gbSeconds, bytesAcrossRegions } = usage;
  return {
    destination: formatPlace(found.destination),
    rules: [...found.rules].map(([id, planned]) => ({ id, ...planned })),
    replicates: replicatesOf(found),
    ifTagged: found.ifTagged,
    already: found.already,
    skipped: [...found.skipped].map(([reason, amount]) => ({ reason, ...amount })),
    usage: { requests, functionRuns: invocations, gbSeconds, bytesAcrossRegions },
    cost: priceOf(usage),
  };
}

function replicatesOf({ rules }: DestinationForecast): DryRun['destinations'][number]['replicates'] {
  const sum = { objects: 0, versions: 0, bytes: 0, deleteMarkers: 0 };
  for (const planned of rules.values()) {
    for (const name of ['objects', 'versions', 'bytes', 'deleteMarkers'] as const) sum[name] += planned[name];
  }
  return sum;
}

/** A delete marker takes about as many requests as a copy, and no bytes. */
function usageOfForecast(found: DestinationForecast, acrossRegions: boolean): Usage {
  const { versions, deleteMarkers, bytes } = replicatesOf(found);
  return usageOf({ objects: versions + deleteMarkers, bytes, parts: found.parts, acrossRegions }, MEASURED);
}

const priceOf = (usage: Usage): DryRun['cost'] => ({
  currency: LIST_PRICES.currency,
  ...costOf(usage, LIST_PRICES),
});

const markerOf = ({ keyMarker, versionIdMarker }: NonNullable<VersionsPage['next']>): string =>
  Buffer.from(JSON.stringify([keyMarker, versionIdMarker])).toString('base64url');

function readMarker(call: VerifiedCall): VersionsPage['next'] {
  const text = parameter(call, 'marker');
  if (text === undefined) return undefined;
  if (text.length > LONGEST_MARKER) throw wrongMarker();
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw wrongMarker();
  }
  if (!Array.isArray(value) || value.length !== 2) throw wrongMarker();
  const [keyMarker, versionIdMarker] = value as unknown[];
  if (typeof keyMarker !== 'string' || keyProblem(keyMarker) !== undefined) throw wrongMarker();
  if (typeof versionIdMarker !== 'string' || !isVersionId(versionIdMarker)) throw wrongMarker();
  return { keyMarker, versionIdMarker };
}

/** It may be empty: then the next page begins with another key. */
const isVersionId = (text: string): boolean => text.length <= LONGEST_VERSION_ID && /^[\x21-\x7e]*$/.test(text);

const wrongMarker = () =>
  refuse(400, 'InvalidArgument', 'The marker is not one that this service gave: send none to begin again.');
