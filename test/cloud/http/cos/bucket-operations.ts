import * as buckets from './buckets.ts';
import * as listings from './listings.ts';
import { deleteObjects } from './multi-delete.ts';
import * as multipart from './multipart.ts';
import type { Methods, Table } from './operation.ts';
import { postObject } from './post/object.ts';
import { settingOperations } from './settings/index.ts';
import * as subresources from './subresources.ts';

export const serviceOperations: Methods = {
  GET: { permission: 'GetService', acl: undefined, run: buckets.listBuckets },
};

export const bucketOperations: Table = {
  '': {
    GET: { permission: 'GetBucket', acl: 'READ', run: listings.listObjects, byPrefix: true },
    HEAD: { permission: 'HeadBucket', acl: 'READ', run: buckets.headBucket },
    PUT: { permission: 'PutBucket', acl: undefined, run: buckets.putBucket },
    DELETE: { permission: 'DeleteBucket', acl: undefined, run: buckets.deleteBucket },
    POST: { permission: 'PostObject', acl: 'WRITE', run: postObject, signedWithin: true },
  },
  versions: { GET: { permission: 'GetBucketObjectVersions', acl: 'READ', run: listings.listVersions, byPrefix: true } },
  versioning: {
    GET: { permission: 'GetBucketVersioning', acl: undefined, run: buckets.getVersioning },
    PUT: { permission: 'PutBucketVersioning', acl: undefined, run: buckets.putVersioning },
  },
  location: { GET: { permission: 'GetBucketLocation', acl: undefined, run: buckets.getLocation } },
  acl: {
    GET: { permission: 'GetBucketACL', acl: 'READ_ACP', run: subresources.getBucketAcl },
    PUT: { permission: 'PutBucketACL', acl: 'WRITE_ACP', run: subresources.putBucketAcl },
  },
  uploads: { GET: { permission: 'ListMultipartUploads', acl: 'READ', run: multipart.listUploads, byPrefix: true } },
  ...settingOperations,
  delete: { POST: { permission: 'DeleteMultipleObjects', acl: 'WRITE', run: deleteObjects, perKey: true } },
};
