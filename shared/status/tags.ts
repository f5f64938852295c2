import { ServiceError } from '../errors/index.ts';
import type { Cos, ObjectHead, Place } from '../cos/index.ts';
import { sameTags } from '../replication/index.ts';

/** One version, and its HEAD. */
export interface Tagged {
  readonly place: Place;
  readonly versionId: string;
  readonly head: ObjectHead | undefined;
}

/**
 * How the tags of a replica stand to those of its source. Undefined: they are the same. `unknown`: one side does not let them
 * be read. COS counts the tags in a HEAD, so nothing is asked where neither side has any.
 */
export async function tagsApart(
  cos: Pick<Cos, 'getTags'>,
  key: string,
  sides: readonly [Tagged, Tagged],
): Promise<'differ' | 'unknown' | undefined> {
  if (sides.every(({ head }) => !head?.tagCount)) return undefined;
  const tagsOf = ({ place, versionId }: Tagged) => cos.getTags(place, key, versionId);
  try {
    const [source, replica] = await Promise.all([tagsOf(sides[0]), tagsOf(sides[1])]);
    return sameTags(source, replica) ? undefined : 'differ';
  } catch (error) {
    // The replica is there all the same.
    if (error instanceof ServiceError) return 'unknown';
    throw error;
  }
}
