import type { CloudResponse } from '../../../types.ts';
import type { CosCall } from '../call.ts';
import type { Methods, Table } from '../operation.ts';
import { deleteCors, getCors, putCors } from './cors.ts';
import { deleteEncryption, getEncryption, putEncryption } from './encryption.ts';
import { deleteLifecycle, getLifecycle, putLifecycle } from './lifecycle.ts';
import { getObjectLock, putObjectLock } from './object-lock.ts';
import { deletePolicy, getPolicy, putPolicy } from './policy.ts';
import { deleteReplication, getReplication, putReplication } from './replication.ts';
import { deleteBucketTags, getBucketTags, putBucketTags } from './tags.ts';

export { getRetention, putRetention } from './object-lock.ts';

type Run = (call: CosCall) => Promise<CloudResponse>;

/** The settings of a bucket, by sub-resource. An ACL never opens any of them. */
export const settingOperations: Table = {
  lifecycle: methodsOf('BucketLifecycle', { GET: getLifecycle, PUT: putLifecycle, DELETE: deleteLifecycle }),
  encryption: methodsOf('BucketEncryption', { GET: getEncryption, PUT: putEncryption, DELETE: deleteEncryption }),
  tagging: methodsOf('BucketTagging', { GET: getBucketTags, PUT: putBucketTags, DELETE: deleteBucketTags }),
  cors: methodsOf('BucketCORS', { GET: getCors, PUT: putCors, DELETE: deleteCors }),
  policy: methodsOf('BucketPolicy', { GET: getPolicy, PUT: putPolicy, DELETE: deletePolicy }),
  replication: methodsOf('BucketReplication', { GET: getReplication, PUT: putReplication, DELETE: deleteReplication }),
  'object-lock': methodsOf('BucketObjectLockConfiguration', { GET: getObjectLock, PUT: putObjectLock }),
};

function methodsOf(noun: string, runs: { readonly GET: Run; readonly PUT: Run; readonly DELETE?: Run }): Methods {
  const { GET, PUT, DELETE } = runs;
  return {
    GET: { permission: `Get${noun}`, acl: undefined, run: GET },
    PUT: { permission: `Put${noun}`, acl: undefined, run: PUT },
    ...(DELETE === undefined ? {} : { DELETE: { permission: `Delete${noun}`, acl: undefined, run: DELETE } }),
  };
}
