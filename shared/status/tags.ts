import { ServiceError } from '../errors/index.ts';
import type { Cos, ObjectHead, Place } from '../cos/index.ts';
import { sameTags } from '../replication/index.ts';

/** One version with its HEAD. */
export interface Tagged {
  readonly place: Place;
  readonly versionId: string;
  readonly head: ObjectHead | undefined;
}

/**
 * Compares the tags of a replica with those of its source. Undefined when they are equal. `unknown`: one side could not
 * be read. A HEAD has the number of tags, so nothing is requested where neither side has any.
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
    // The replica exists nevertheless.
    if (error instanceof ServiceError) return 'unknown';
    throw error;
  }
}
