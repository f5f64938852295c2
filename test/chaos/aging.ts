import type { BucketSettings, LifecycleRule } from '../cloud/cos/index.ts';

export const NO_LIFECYCLE: Partial<BucketSettings> = { lifecycle: undefined };

/** A lifecycle that acts on everything under a prefix that is older than a day. */
export function aging(prefix: string, hiding: boolean): Partial<BucketSettings> {
  const rule: LifecycleRule = {
    id: 'aging',
    enabled: true,
    prefix,
    notPrefix: undefined,
    tags: [],
    largerThan: undefined,
    smallerThan: undefined,
    expiration: hiding ? { days: 1 } : undefined,
    expiredMarkers: true,
    transitions: [],
    noncurrentExpiration: 1,
    noncurrentTransitions: [],
    abortUploads: undefined,
  };
  return { lifecycle: [rule] };
}
