import { mayManage, mayReach } from '../../../shared/access/index.ts';
import type { Cos, Place } from '../../../shared/cos/index.ts';
import { ServiceError } from '../../../shared/errors/index.ts';
import type { HttpResponse } from '../../../shared/scf/index.ts';
import { bucketOfHost } from '../request/bucket.ts';
import { jsonResponse, timeText } from '../request/json.ts';
import type { Deployment } from '../schemas.ts';
import type { CallOptions, Verb, VerifiedCall } from './verb.ts';

type ListedBucket = Deployment['sources'][number];

/** GET with `replicationDeployment`: the sources and destinations of the key, and the calls of this deployment. */
export async function getDeployment(
  { request, source, sender }: VerifiedCall,
  { cos, listed, now }: CallOptions,
  verbs: readonly Verb[],
): Promise<HttpResponse> {
  const named = bucketOfHost(request.host);
  const mine = listed.sources.filter(({ bucket }) => mayManage(sender, bucket) && (named ?? bucket) === bucket);
  const look = (places: readonly Place[]) => Promise.all(places.map((place) => lookAt(cos, place)));
  const [sources, destinations] = await Promise.all([
    look(mine),
    look(listed.destinations.filter(({ bucket }) => mayReach(sender, bucket))),
  ]);
  return jsonResponse(200, {
    bucket: source.bucket,
    bucketInHost: named !== undefined,
    sources,
    destinations,
    rights: [...sender.rights],
    calls: verbs.map(({ method, subresource, on }) => ({ method, subresource, on })),
    measuredAt: timeText(now()),
  } satisfies Deployment);
}

/** An unreadable bucket must not hide the others. */
async function lookAt(cos: Cos, { bucket, region }: Place): Promise<ListedBucket> {
  try {
    return { bucket, region, versioning: (await cos.getVersioning({ bucket, region })) ?? 'Disabled' };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { bucket, region, versioning: 'unknown', cause: error.code };
  }
}
