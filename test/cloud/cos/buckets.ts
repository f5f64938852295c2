import { Bucket } from './bucket.ts';
import { CosFailure } from './failure.ts';
import { compareKeys } from './key-order.ts';
import { acceptAcl } from './limits.ts';
import type { Core } from './calls.ts';
import type { StoredAcl } from './types.ts';
import type { World } from './core-world.ts';

const PRIVATE: StoredAcl = { canned: 'private', grants: [] };
/** Buckets of one account. */
const BUCKETS = 200;
/** Characters of `<bucket>.cos.<region>.myqcloud.com`, where they are limited. */
const DOMAIN = 60;
/** Characters of one label of a host name. */
const LABEL = 63;

const NAME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-[0-9]+$/;

/** Throws InvalidBucketName. A name of the right form may still be too long, or end in no known account. */
export function checkBucketName(name: string): void {
  if (!NAME.test(name)) throw new CosFailure('InvalidBucketName', 400, 'The specified bucket is not valid.');
}

const alreadyOwned = (): CosFailure =>
  new CosFailure('BucketAlreadyOwnedByYou', 409, 'The bucket you tried to create is yours already.');

type BucketCalls =
  | 'createBucket'
  | 'headBucket'
  | 'deleteBucket'
  | 'listBuckets'
  | 'getVersioning'
  | 'putVersioning'
  | 'getBucketAcl'
  | 'putBucketAcl';

export function createBuckets(world: World): Pick<Core, BucketCalls> {
  const { buckets } = world;
  return {
    createBucket(name, region, acl = PRIVATE, { multiAz = false } = {}) {
      checkBucketName(name);
      const tooLong = world.switches.refuseLongDomains && `${name}.cos.${region}.myqcloud.com`.length > DOMAIN;
      if (tooLong || name.length > LABEL) {
        throw new CosFailure('BucketNameTooLong', 400, 'The specified bucket name is too long.');
      }
      // The name ends in the account, so the present owner is the same account. Names are unique across regions.
      if (buckets.has(name)) {
        if (!world.switches.ownBucketAlreadyExists) throw alreadyOwned();
        throw new CosFailure('BucketAlreadyExists', 409, 'The requested bucket name is not available.');
      }
      const account = name.slice(name.lastIndexOf('-'));
      if ([...buckets.keys()].filter((other) => other.endsWith(account)).length >= BUCKETS) {
        throw new CosFailure('TooManyBuckets', 400, `An account has at most ${BUCKETS} buckets.`);
      }
      const bucket = new Bucket(name, region, world.now(), acceptAcl(acl), multiAz);
      buckets.set(name, bucket);
      return bucket.info;
    },

    headBucket: (name, region) => world.bucket(name, region).info,

    deleteBucket(name, region) {
      if (!world.bucket(name, region).isEmpty) {
        throw new CosFailure('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty.');
      }
      buckets.delete(name);
    },

    listBuckets: (region) =>
      [...buckets.values()]
        .filter((bucket) => region === undefined || bucket.region === region)
        .map((bucket) => bucket.info)
        .sort((a, b) => compareKeys(a.name, b.name)),

    getVersioning: (name, region) => world.bucket(name, region).versioning,

    putVersioning(name, region, status) {
      const bucket = world.bucket(name, region);
      if (status === 'Suspended' && bucket.settings.objectLock !== undefined) {
        throw new CosFailure(
          'InvalidBucketState',
          409,
          'The versioning of a bucket with object lock cannot be suspended.',
        );
      }
      if (status === 'Suspended' && bucket.settings.replication !== undefined) {
        throw new CosFailure('InvalidBucketState', 409, 'The bucket has replication rules, which need versioning.');
      }
      bucket.versioning = status;
    },

    getBucketAcl: (name, region) => world.bucket(name, region).acl,

    putBucketAcl(name, region, acl) {
      world.bucket(name, region).acl = acceptAcl(acl);
    },
  };
}
