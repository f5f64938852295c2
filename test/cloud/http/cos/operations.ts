import type { CloudResponse } from '../../types.ts';
import * as buckets from './buckets.ts';
import type { CosCall, Need, Parsed } from './call.ts';
import * as copy from './copy.ts';
import { failures } from './failures.ts';
import * as listings from './listings.ts';
import { deleteObjects } from './multi-delete.ts';
import * as multipart from './multipart.ts';
import * as objects from './objects.ts';
import * as subresources from './subresources.ts';

export interface Operation extends Need {
  /** Name by which faults pick it; the CAM action unless told. */
  readonly action?: string;
  readonly run: (call: CosCall) => Promise<CloudResponse>;
  /** COS answers these 200 before they are done, so that an error may come in the body. */
  readonly answersEarly?: boolean;
  /** It is about many keys and asks for the right to each by itself. */
  readonly perKey?: boolean;
}

type Methods = Readonly<Record<string, Operation>>;

const service: Methods = { GET: { permission: 'GetService', acl: undefined, run: buckets.listBuckets } };

/** By sub-resource, '' for the plain bucket. */
const bucket: Readonly<Record<string, Methods>> = {
  '': {
    GET: { permission: 'GetBucket', acl: 'READ', run: listings.listObjects },
    HEAD: { permission: 'HeadBucket', acl: 'READ', run: buckets.headBucket },
    PUT: { permission: 'PutBucket', acl: undefined, run: buckets.putBucket },
    DELETE: { permission: 'DeleteBucket', acl: undefined, run: buckets.deleteBucket },
  },
  versions: { GET: { permission: 'GetBucketObjectVersions', acl: 'READ', run: listings.listVersions } },
  versioning: {
    GET: { permission: 'GetBucketVersioning', acl: undefined, run: buckets.getVersioning },
    PUT: { permission: 'PutBucketVersioning', acl: undefined, run: buckets.putVersioning },
  },
  location: { GET: { permission: 'GetBucketLocation', acl: undefined, run: buckets.getLocation } },
  acl: {
    GET: { permission: 'GetBucketACL', acl: 'READ_ACP', run: subresources.getBucketAcl },
    PUT: { permission: 'PutBucketACL', acl: 'WRITE_ACP', run: subresources.putBucketAcl },
  },
  uploads: { GET: { permission: 'ListMultipartUploads', acl: 'READ', run: multipart.listUploads } },
  delete: { POST: { permission: 'DeleteMultipleObjects', acl: 'WRITE', run: deleteObjects, perKey: true } },
};

const object: Readonly<Record<string, Methods>> = {
  '': {
    GET: { permission: 'GetObject', acl: 'READ', run: objects.getObject },
    HEAD: { permission: 'HeadObject', acl: 'READ', run: objects.headObject },
    PUT: { permission: 'PutObject', acl: 'WRITE', run: objects.putObject },
    DELETE: { permission: 'DeleteObject', acl: 'WRITE', run: objects.deleteObject },
  },
  tagging: {
    GET: { permission: 'GetObjectTagging', acl: undefined, run: subresources.getTags },
    PUT: { permission: 'PutObjectTagging', acl: undefined, run: subresources.putTags },
    DELETE: { permission: 'DeleteObjectTagging', acl: undefined, run: subresources.deleteTags },
  },
  acl: {
    GET: { permission: 'GetObjectACL', acl: 'READ_ACP', run: subresources.getObjectAcl },
    PUT: { permission: 'PutObjectACL', acl: 'WRITE_ACP', run: subresources.putObjectAcl },
  },
  restore: { POST: { permission: 'PostObjectRestore', acl: undefined, run: objects.restoreObject } },
  uploads: { POST: { permission: 'InitiateMultipartUpload', acl: 'WRITE', run: multipart.initiateUpload } },
  uploadId: {
    GET: { permission: 'ListParts', acl: 'READ', run: multipart.listParts },
    PUT: { permission: 'UploadPart', acl: 'WRITE', run: multipart.uploadPart },
    POST: {
      permission: 'CompleteMultipartUpload',
      acl: 'WRITE',
      run: multipart.completeUpload,
      answersEarly: true,
    },
    DELETE: { permission: 'AbortMultipartUpload', acl: 'WRITE', run: multipart.abortUpload },
  },
};

/** CAM knows no action of its own for copies: writing here and reading there is what they need. */
const copies: Readonly<Record<string, Operation>> = {
  '': { ...operationOf(object, '', 'PUT'), action: 'CopyObject', run: copy.copyObject, answersEarly: true },
  uploadId: {
    ...operationOf(object, 'uploadId', 'PUT'),
    action: 'UploadPartCopy',
    run: copy.uploadPartCopy,
    answersEarly: true,
  },
};

/**
 * Sub-resources that COS has and this one lacks. `replication` is among them on purpose: the built-in replication is not
 * part of the local cloud, the product's own API answers that call.
 */
const ABSENT = new Set(
  (
    'replication cors lifecycle policy tagging website logging notification domain domaincertificate origin inventory ' +
    'intelligenttiering encryption accelerate referer object-lock append select retention legal-hold strict-signature'
  ).split(' '),
);

/** Throws MethodNotAllowed or NotImplemented. */
export function findOperation(call: Parsed): Operation {
  if (call.bucket === '') return methodOf(service, call.method);
  const table = call.key === '' ? bucket : object;
  const names = call.query.pairs.map(([name]) => name);
  // A parameter that is no sub-resource is ignored, as COS ignores what it does not know.
  const subresource = names.find((name) => name !== '' && Object.hasOwn(table, name)) ?? '';
  const absent = subresource === '' ? names.find((name) => ABSENT.has(name)) : undefined;
  if (absent !== undefined) throw failures.notImplemented(`?${absent}`);
  const operation = methodOf(table[subresource] ?? {}, call.method);
  const isCopy = call.method === 'PUT' && call.headers.get('x-cos-copy-source') !== undefined;
  return (isCopy && table === object && copies[subresource]) || operation;
}

function methodOf(methods: Methods, method: string): Operation {
  const operation = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (operation === undefined) throw failures.methodNotAllowed();
  return operation;
}

function operationOf(table: Readonly<Record<string, Methods>>, subresource: string, method: string): Operation {
  return methodOf(table[subresource] ?? {}, method);
}
