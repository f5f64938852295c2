import { appidOf, checkPlace, codeOfRegion, formatPlace, parsePlace, samePlace } from '../../cos/index.ts';
import type { Place } from '../../cos/index.ts';
import { ServiceError } from '../../errors/index.ts';
import { DeployError } from '../error.ts';
import type { AsyncSettings, FunctionSettings, Settings } from '../types.ts';

/** serverless.yml after the CLI has resolved its variables and checked it against the schemas. */
export interface RawConfiguration {
  readonly service: string;
  readonly provider: {
    readonly region: string;
    readonly stage: string;
    readonly runtime: string;
    readonly async: AsyncSettings;
  };
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  readonly stateBucket?: string | undefined;
  readonly functions: Readonly<Record<string, Omit<FunctionSettings, 'key'>>>;
}

/** What schemas cannot say. Throws `DeployError` with the setting to change. Pure. */
export function readSettings(raw: RawConfiguration, endpoint?: string): Settings {
  const { region, stage, runtime, async } = raw.provider;
  const everywhere = places(raw.sources, 'sources');
  const destinations = places(raw.destinations, 'destinations');
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
  const conflict = [...everywhere, ...destinations].find((place) => place.bucket === state.bucket);
  if (conflict !== undefined) {
    throw new DeployError(
      `${formatPlace(state)} is the state bucket, so it can be neither source nor destination: take it out of the lists, or set another stateBucket.`,
      'STATE_BUCKET_LISTED',
    );
  }
  const functions = Object.entries(raw.functions).map(([key, settings]) => ({ ...settings, key }));
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
    functions,
    endpoint,
  };
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

function places(texts: readonly string[], setting: string): Place[] {
  const list = texts.map((text) => named(setting, () => parsePlace(text)));
  const twice = list.find((place, index) => list.findIndex(({ bucket }) => bucket === place.bucket) < index);
  if (twice !== undefined) {
    throw new DeployError(`serverless.yml, ${setting}: ${twice.bucket} is listed twice.`, 'LISTED_TWICE');
  }
  return list;
}

function checked(place: Place, setting: string): Place {
  return named(setting, () => checkPlace(place));
}

/** Says which setting a refused name came from. */
function named(setting: string, read: () => Place): Place {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new DeployError(`serverless.yml, ${setting}: ${error.message}.`, error.code, error);
  }
}
