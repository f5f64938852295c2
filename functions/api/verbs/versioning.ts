import { CosError, formatPlace } from '../../../shared/cos/index.ts';
import type { Cos, Place } from '../../../shared/cos/index.ts';
import { refuse } from '../response/errors.ts';

/**
 * Checks that the source and every destination keep versions, as replication needs. Throws `ServiceError`:
 * `NoSuchBucket` (404), `BucketVersionNotOpen` (400), `UserNotSourceBucketOwner` or `UserNotTargetBucketOwner` (403)
 * for a bucket that the role of the deployment may not read.
 */
export async function checkVersioning(cos: Cos, source: Place, destinations: readonly Place[]): Promise<void> {
  const distinct = new Map(destinations.map((place) => [formatPlace(place), place]));
  await Promise.all([
    checkBucket(cos, source, 'UserNotSourceBucketOwner'),
    ...[...distinct.values()].map((place) => checkBucket(cos, place, 'UserNotTargetBucketOwner')),
  ]);
}

async function checkBucket(
  cos: Cos,
  place: Place,
  forbidden: 'UserNotSourceBucketOwner' | 'UserNotTargetBucketOwner',
): Promise<void> {
  const versioning = await cos.getVersioning(place).catch((error: unknown) => {
    if (!(error instanceof CosError)) throw error;
    if (error.status === 404) throw refuse(404, 'NoSuchBucket', `The bucket ${formatPlace(place)} does not exist.`);
    if (error.status !== 403) throw error;
    throw refuse(403, forbidden, `The role of this deployment may not use ${formatPlace(place)}.`);
  });
  if (versioning === 'Enabled') return;
  // COS documents two codes that fit, this one and InvalidBucketState. This one says more to the user.
  throw refuse(
    400,
    'BucketVersionNotOpen',
    `Versioning of the bucket ${formatPlace(place)} is ${versioning === undefined ? 'not enabled' : 'suspended'}; replication needs it on both sides.`,
  );
}
