import type { Bucket } from '../bucket.ts';
import { CosFailure } from '../failure.ts';
import { acceptTagSet } from '../limits.ts';
import { invalidArgument, malformedXml } from '../refusals.ts';
import type { Core } from '../calls.ts';
import type { World } from '../core-world.ts';
import { acceptReplication } from '../native-replication.ts';
import { acceptLifecycle } from './lifecycle-rules.ts';
import type { BucketSettings, CorsRule, ObjectLock } from './types.ts';

const CORS_RULES = 100;
const BUCKET_TAGS = 50;
/** Characters of a policy (20 KB by the page on bucket policies). */
const POLICY = 20 * 1024;
const METHODS = new Set(['GET', 'HEAD', 'PUT', 'POST', 'DELETE']);

export const NO_SETTINGS: BucketSettings = {
  lifecycle: undefined,
  encryption: undefined,
  cors: undefined,
  tags: undefined,
  objectLock: undefined,
  policy: undefined,
  replication: undefined,
};

export function createSettings(world: World): Pick<Core, 'getSettings' | 'configureBucket'> {
  return {
    getSettings: (name, region) => world.bucket(name, region).settings,
    configureBucket(name, region, changes) {
      const bucket = world.bucket(name, region);
      if (changes.replication !== undefined) acceptReplication(world, bucket, changes.replication);
      bucket.settings = { ...bucket.settings, ...accepted(bucket, changes) };
    },
  };
}

function accepted(bucket: Bucket, changes: Partial<BucketSettings>): Partial<BucketSettings> {
  const { lifecycle, cors, tags, objectLock, policy } = changes;
  if (lifecycle !== undefined) acceptLifecycle(lifecycle, bucket.multiAz);
  if (cors !== undefined) acceptCors(cors);
  if (tags !== undefined) acceptTagSet(tags, BUCKET_TAGS, 'A bucket');
  if ('objectLock' in changes) acceptObjectLock(bucket, objectLock);
  if (policy !== undefined && policy.length > POLICY) {
    throw new CosFailure('MalformedPolicy', 400, `A bucket policy has at most ${POLICY} characters.`);
  }
  return structuredClone(changes);
}

function acceptCors(rules: readonly CorsRule[]): void {
  if (rules.length === 0 || rules.length > CORS_RULES) throw malformedXml();
  for (const { origins, methods, exposed, maxAgeSeconds } of rules) {
    if (origins.length === 0 || methods.length === 0) throw malformedXml();
    if (origins.some((origin) => origin === '' || origin.split('*').length > 2)) {
      throw invalidArgument('An AllowedOrigin holds at most one asterisk.');
    }
    if (!methods.every((method) => METHODS.has(method))) {
      throw invalidArgument('An AllowedMethod is one of PUT, GET, POST, DELETE and HEAD.');
    }
    if (exposed.some((name) => name.includes('*'))) throw invalidArgument('An ExposeHeader holds no asterisk.');
    if (maxAgeSeconds !== undefined && !(Number.isInteger(maxAgeSeconds) && maxAgeSeconds >= 0)) {
      throw invalidArgument('MaxAgeSeconds is a whole number from 0 on.');
    }
  }
}

/** COS's page on object lock: not for a suspended bucket nor one of several zones, and never off again. */
function acceptObjectLock(bucket: Bucket, lock: ObjectLock | undefined): void {
  if (lock === undefined) throw invalidArgument('The object lock of a bucket cannot be switched off.');
  const { defaultDays = 1 } = lock;
  if (!Number.isInteger(defaultDays) || defaultDays < 1 || defaultDays > 36_500) {
    throw invalidArgument('The default retention is from 1 to 36500 days.');
  }
  if (bucket.versioning === 'Suspended' || bucket.multiAz) {
    throw new CosFailure('InvalidBucketState', 409, 'The bucket is in a state that allows no object lock.');
  }
}
