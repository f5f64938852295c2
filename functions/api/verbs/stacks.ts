import { parsePlace } from '../../../shared/cos/index.ts';
import { ServiceError } from '../../../shared/errors/index.ts';
import { readStack } from '../../../shared/status/index.ts';
import type { Stack } from '../../../shared/status/index.ts';
import { timeText } from '../request/json.ts';
import { refuse } from '../response/errors.ts';
import type { Stacks } from '../schemas.ts';
import { parameter } from './verb.ts';
import type { CallOptions, VerifiedCall } from './verb.ts';

/** Most versions of each side in one answer; each version of a destination costs a request. */
const MOST_VERSIONS = 100;

/** Reads the parameter `versions`; undefined when it is missing. Throws `ServiceError` `InvalidArgument` (400). */
export function versionsAsked(call: VerifiedCall): number | undefined {
  const text = parameter(call, 'versions');
  if (text === undefined) return undefined;
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MOST_VERSIONS) return count;
  throw refuse(400, 'InvalidArgument', `The parameter versions is a number from 1 to ${MOST_VERSIONS}.`);
}

/** Versions of the key of a call at the source and at these destinations (`bucket-appid@region`). Throws `CosError`. */
export async function stacksOf(
  { source, key }: VerifiedCall,
  { cos, hash, markerKeys }: CallOptions,
  destinations: readonly string[],
  most: number,
): Promise<Stacks> {
  const query = { cos, hash, keys: markerKeys, source };
  const [own, ...others] = await Promise.all([
    readStack(query, source, key, most),
    ...destinations.map(async (destination): Promise<Stacks['destinations'][number]> => {
      try {
        return { destination, ...describe(await readStack(query, parsePlace(destination), key, most)) };
      } catch (error) {
        // An unreadable destination hides no other.
        if (!(error instanceof ServiceError)) throw error;
        return { destination, error: error.code };
      }
    }),
  ]);
  return { source: describe(own), destinations: others };
}

function describe({ entries, more }: Stack): Stacks['source'] {
  return {
    versions: entries.map(({ versionId, deleteMarker, isLatest, lastModified, size, storageClass, replicaOf }) => ({
      versionId,
      deleteMarker,
      current: isLatest,
      lastModified: timeText(lastModified),
      bytes: size,
      storageClass,
      ...(replicaOf === undefined ? {} : { replicaOf }),
    })),
    more,
  };
}
