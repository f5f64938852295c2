import { appidOf, checkPlace, codeOfRegion, distinctPlaces, formatPlace, samePlace } from '../../cos/index.ts';
import type { Place } from '../../cos/index.ts';
import { ServiceError } from '../../errors/index.ts';
import type { Caution } from '../../scf/index.ts';
import { DeployError } from '../error.ts';
import type { AsyncSettings, CanarySettings, FunctionSettings, ScanSettings, Settings } from '../types.ts';
import { readDomains } from './domains.ts';
import { readFunctions } from './functions.ts';
import type { Locate } from './locate.ts';
import { readLogs } from './log-topics.ts';
import { readPlaces } from './places.ts';
import { checkValues } from './values.ts';

/** serverless.yml after the CLI has resolved its variables and checked it with the schemas. */
export interface RawConfiguration {
  readonly service: string;
  readonly provider: {
    readonly region: string;
    readonly stage: string;
    readonly runtime: string;
    readonly async: AsyncSettings;
  };
  readonly sources?: unknown;
  readonly destinations?: unknown;
  /** Regions that COS has opened since this release. */
  readonly regions?: readonly string[] | undefined;
  readonly stateBucket?: string | undefined;
  readonly acl?: boolean | undefined;
  readonly cautious?: readonly Caution[] | undefined;
  readonly scan?: Partial<ScanSettings> | undefined;
  readonly canary?: { readonly everyMinutes?: number; readonly sources?: readonly string[] } | undefined;
  readonly domains?: unknown;
  readonly logs?: unknown;
  readonly functions?: Readonly<Record<string, Omit<FunctionSettings, 'key'>>> | undefined;
}

/**
 * Checks everything that schemas cannot. Throws `DeployError` with the value, the form and the line to change. Pure.
 */
export function readSettings(
  raw: RawConfiguration,
  endpoint?: string,
  locate: Locate = () => 'serverless.yml',
): Settings {
  checkValues(raw, locate);
  const { region, stage, runtime, async } = raw.provider;
  const regions = raw.regions ?? [];
  const everywhere = readPlaces(raw.sources, { setting: 'sources', regions, locate });
  const destinations = readPlaces(raw.destinations, { setting: 'destinations', regions, locate });
  const sources = everywhere.filter((place) => place.region === region);
  const [first] = sources;
  if (first === undefined) {
    const regions = [...new Set(everywhere.map((place) => place.region))].join(', ');
    throw new DeployError(
      `serverless.yml lists no source bucket in ${region}: deploy with --region and one of ${regions}, or add a bucket to sources.`,
      'NO_SOURCE_IN_REGION',
    );
  }
  const appid = appidOf(first.bucket);
  const stranger = sources.find((place) => appidOf(place.bucket) !== appid);
  if (stranger !== undefined) {
    throw new DeployError(
      `The sources ${first.bucket} and ${stranger.bucket} belong to different accounts: functions are triggered only by buckets of their own account, so deploy each account with a serverless.yml of its own.`,
      'SOURCES_OF_TWO_ACCOUNTS',
    );
  }
  const state = statePlace(raw, region, appid);
  const peers = everywhere
    .filter((place) => destinations.some((other) => samePlace(place, other)))
    .map((bucket) => ({ bucket, state: statePlace(raw, bucket.region, appidOf(bucket.bucket)) }));
  // The owner of a source can replicate its objects to a bucket that replicates them further, or to one that is our
  // destination.
  const states =
    peers.length === 0 ? [] : everywhere.map((place) => statePlace(raw, place.region, appidOf(place.bucket)));
  const signers = distinctPlaces(states).filter((place) => !samePlace(place, state));
  const conflict = [...everywhere, ...destinations].find((place) => place.bucket === state.bucket);
  if (conflict !== undefined) {
    throw new DeployError(
      `${formatPlace(state)} is the state bucket, so it can be neither source nor destination: take it out of the lists, or set another stateBucket.`,
      'STATE_BUCKET_LISTED',
    );
  }
  const only = everywhere[0];
  if (everywhere.length === 1 && destinations.length === 1 && only?.bucket === destinations[0]?.bucket) {
    throw new DeployError(
      `${locate(['destinations', 0])}: ${formatPlace(first)} is the only source and the only destination, so there is nothing to replicate: name another bucket under destinations.`,
      'SOURCE_IS_DESTINATION',
    );
  }
  const functions = readFunctions(raw.functions, locate);
  const ofSources = [...new Set(everywhere.map((place) => place.region))];
  const regional = { regions: ofSources, region, locate };
  const domains = readDomains(raw.domains, regional);
  const logs = readLogs(raw.logs, regional);
  return {
    service: raw.service,
    stage,
    region,
    appid,
    runtime,
    async,
    sources,
    destinations,
    state,
    peers,
    acl: raw.acl ?? true,
    cautious: raw.cautious ?? [],
    signers,
    scan: raw.scan ?? {},
    canary: readCanary(raw.canary, everywhere, sources, locate),
    functions,
    domains,
    logs,
    endpoint,
  };
}

const CANARY_MINUTES = 5;

/** Undefined when no source of this region has one. Throws `DeployError` for a bucket that is not a source. */
function readCanary(
  raw: RawConfiguration['canary'],
  everywhere: readonly Place[],
  sources: readonly Place[],
  locate: Locate,
): CanarySettings | undefined {
  if (raw === undefined) return undefined;
  const { everyMinutes = CANARY_MINUTES, sources: named } = raw;
  const unknown = named?.findIndex((entry) => !everywhere.some((place) => formatPlace(place) === entry)) ?? -1;
  if (unknown !== -1) {
    throw new DeployError(
      `${locate(['canary', 'sources', unknown])}: ${JSON.stringify(named?.[unknown])} is not listed under sources: write one of ${everywhere.map(formatPlace).join(', ')}.`,
      'CANARY_OF_NO_SOURCE',
    );
  }
  const chosen = sources.filter((place) => named === undefined || named.includes(formatPlace(place)));
  return chosen.length === 0 ? undefined : { everyMinutes, sources: chosen };
}

/** The state bucket of the deployment of one region and account. */
function statePlace(raw: RawConfiguration, region: string, appid: string): Place {
  const { stage } = raw.provider;
  if (raw.stateBucket !== undefined) {
    if (appidOf(raw.stateBucket) !== appid) {
      throw new DeployError(
        `stateBucket ${raw.stateBucket} must end in -${appid}, the account of the sources.`,
        'STATE_BUCKET_ELSEWHERE',
      );
    }
    return checked({ bucket: raw.stateBucket, region }, 'stateBucket');
  }
  const code = codeOfRegion(region);
  if (code === undefined) {
    throw new DeployError(
      `The short code of ${region} is not known, so set stateBucket in serverless.yml (for example crr-${stage}-x-${appid}).`,
      'STATE_BUCKET_UNNAMED',
    );
  }
  return checked(
    { bucket: `crr-${stage}-${code}-${appid}`, region },
    'the name of the state bucket, made from the stage',
  );
}

function checked(place: Place, setting: string): Place {
  return named(setting, () => checkPlace(place));
}

/** Adds the setting that a refused name came from. */
function named(setting: string, read: () => Place): Place {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new DeployError(`serverless.yml, ${setting}: ${error.message}.`, error.code, error);
  }
}
