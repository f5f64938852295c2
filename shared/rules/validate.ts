import { formatPlace, samePlace } from '../cos/index.ts';
import type { Place } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import { invalid } from './refusal.ts';
import type { RuleDocument } from './types.ts';

/** The buckets of a deployment. */
export interface Listed {
  readonly sources: readonly Place[];
  readonly destinations: readonly Place[];
}

/**
 * The listed source of that name. Throws `ServiceError` `UserNotSourceBucketOwner` (403): without triggers and rights
 * on the bucket, a rule would have no effect.
 */
export function checkSource(bucket: string, { sources, destinations }: Listed): Place {
  const source = sources.find((place) => place.bucket === bucket);
  if (source === undefined) {
    const known = destinations.find((place) => place.bucket === bucket);
    const line = known === undefined ? `${bucket}@<region>` : formatPlace(known);
    throw new ServiceError(
      `${bucket} is not a source bucket of this deployment. Add "${line}" to "sources" in serverless.yml and deploy again.`,
      { code: 'UserNotSourceBucketOwner', status: 403 },
    );
  }
  return source;
}

/**
 * Checks every destination against the deployment. Throws `ServiceError`: `UserNotTargetBucketOwner` (403) for one that
 * is not listed, `InvalidArgument` (400) when a bucket would be replicated to itself.
 */
export function checkDestinations({ rules }: RuleDocument, source: Place, { destinations }: Listed): void {
  for (const { destination } of rules) {
    if (destination.bucket === source.bucket) {
      throw invalid('InvalidArgument', `${source.bucket} is the source bucket; a destination must be another one.`);
    }
    if (destinations.some((place) => samePlace(place, destination))) continue;
    const elsewhere = destinations.find((place) => place.bucket === destination.bucket);
    throw new ServiceError(
      elsewhere === undefined
        ? `${destination.bucket} in ${destination.region} is not a destination bucket of this deployment. Add "${formatPlace(destination)}" to "destinations" in serverless.yml and deploy again.`
        : `${destination.bucket} is listed under "destinations" in serverless.yml with the region ${elsewhere.region}, not ${destination.region}.`,
      { code: 'UserNotTargetBucketOwner', status: 403 },
    );
  }
}
