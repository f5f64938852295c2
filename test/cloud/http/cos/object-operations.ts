import { appendObject } from './appending.ts';
import * as copy from './copy.ts';
import * as multipart from './multipart.ts';
import * as objects from './objects.ts';
import type { Operation, Table } from './operation.ts';
import { getRetention, putRetention } from './settings/index.ts';
import * as subresources from './subresources.ts';
import { getSymlink, putSymlink } from './symlinks.ts';

const putObject: Operation = { permission: 'PutObject', acl: 'WRITE', run: objects.putObject };
const uploadPart: Operation = { permission: 'UploadPart', acl: 'WRITE', run: multipart.uploadPart };

export const objectOperations: Table = {
  '': {
    GET: { permission: 'GetObject', acl: 'READ', run: objects.getObject },
    HEAD: { permission: 'HeadObject', acl: 'READ', run: objects.headObject },
    PUT: putObject,
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
  retention: {
    GET: { permission: 'GetObjectRetention', acl: undefined, run: getRetention },
    PUT: { permission: 'PutObjectRetention', acl: undefined, run: putRetention },
  },
  append: { POST: { permission: 'AppendObject', acl: 'WRITE', run: appendObject } },
  symlink: {
    GET: { permission: 'GetObject', acl: 'READ', run: getSymlink, action: 'GetSymlink' },
    PUT: { permission: 'PutObject', acl: 'WRITE', run: putSymlink, action: 'PutSymlink' },
  },
  restore: { POST: { permission: 'PostObjectRestore', acl: undefined, run: objects.restoreObject } },
  uploads: { POST: { permission: 'InitiateMultipartUpload', acl: 'WRITE', run: multipart.initiateUpload } },
  uploadId: {
    GET: { permission: 'ListParts', acl: 'READ', run: multipart.listParts },
    PUT: uploadPart,
    POST: {
      permission: 'CompleteMultipartUpload',
      acl: 'WRITE',
      run: multipart.completeUpload,
      answersEarly: true,
    },
    DELETE: { permission: 'AbortMultipartUpload', acl: 'WRITE', run: multipart.abortUpload },
  },
};

/** CAM has no action of its own for copies: they need the rights to write here and to read there. */
export const copyOperations: Readonly<Record<string, Operation>> = {
  '': { ...putObject, action: 'CopyObject', run: copy.copyObject, answersEarly: true },
  uploadId: { ...uploadPart, action: 'UploadPartCopy', run: copy.uploadPartCopy, answersEarly: true },
};
