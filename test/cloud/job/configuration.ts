import { appidOf, codeOfRegion, samePlace, type Place } from '../../../shared/cos/index.ts';
import { readPlaces } from '../../../shared/deploy/config/places.ts';
import type { Cli } from './cli.ts';
import { cliEnvironment } from './deploy.ts';

/** The buckets in the clone's serverless.yml, as the CLI itself reads it. */
export interface Configuration {
  /** Account of the sources. */
  readonly appid: string;
  readonly sources: readonly Place[];
  readonly destinations: readonly Place[];
  /** The pair that the main job uses: the first source, and the first destination that is another bucket. */
  readonly source: Place;
  readonly destination: Place;
  /** State bucket of the deployment in the region of `source`. */
  readonly state: Place;
}

interface Printed {
  readonly sources?: unknown;
  readonly destinations?: unknown;
  readonly regions?: readonly string[];
  readonly stateBucket?: string;
  readonly provider: { readonly stage: string };
}

/**
 * Reads the configuration through `serverless print`, so that variables, files and parameters have the same meaning as
 * at a deployment. Throws with the CLI's own words when it refuses the file.
 */
export async function readConfiguration(cli: Cli, folder: string, signal?: AbortSignal): Promise<Configuration> {
  const env = cliEnvironment(process.env);
  const { status, stdout, stderr } = await cli.run({ folder, args: ['print', '--format', 'json'], env, signal });
  if (status !== 0) throw new Error(`serverless.yml cannot be used. The CLI says:\n${stdout}${stderr}`.trimEnd());
  return configurationOf(JSON.parse(stdout) as Printed);
}

/** Throws `DeployError` with advice. */
function configurationOf(printed: Printed): Configuration {
  const context = { regions: printed.regions ?? [], locate: () => 'serverless.yml' };
  const sources = readPlaces(printed.sources, { ...context, setting: 'sources' });
  const destinations = readPlaces(printed.destinations, { ...context, setting: 'destinations' });
  const [source] = sources;
  const destination = destinations.find((place) => source !== undefined && !samePlace(place, source));
  if (source === undefined || destination === undefined) {
    throw new Error('serverless.yml lists no destination beside the source: add a bucket to destinations.');
  }
  const appid = appidOf(source.bucket);
  const bucket = printed.stateBucket ?? `crr-${printed.provider.stage}-${codeOfRegion(source.region) ?? ''}-${appid}`;
  return { appid, sources, destinations, source, destination, state: { bucket, region: source.region } };
}
