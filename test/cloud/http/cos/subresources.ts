import type { StoredAcl } from '../../cos/index.ts';
import type { CloudResponse } from '../../types.ts';
import { aclFromHeaders, aclFromXml, aclToXml, hasAclHeaders } from './acl.ts';
import { empty, xml } from './answers.ts';
import { receiveOptionalXml, receiveXml } from './body.ts';
import type { CosCall } from './call.ts';
import { failures } from './failures.ts';
import { versionIdOf } from './objects.ts';
import { tagsFromXml, tagsToXml } from './tags.ts';

export async function getTags(call: CosCall): Promise<CloudResponse> {
  const { tags } = call.core.getObject(call.bucket, call.region, call.key, versionIdOf(call)).attributes;
  if (tags.length === 0 && call.core.switches.noSuchTagSetOfObjects) throw failures.noTags();
  return xml(tagsToXml(tags));
}

export async function putTags(call: CosCall): Promise<CloudResponse> {
  const tags = tagsFromXml(await receiveXml(call, 'Tagging'));
  call.core.putTags(call.bucket, call.region, call.key, versionIdOf(call), tags);
  return empty();
}

export async function deleteTags(call: CosCall): Promise<CloudResponse> {
  call.core.putTags(call.bucket, call.region, call.key, versionIdOf(call), []);
  return empty(204);
}

export async function getObjectAcl(call: CosCall): Promise<CloudResponse> {
  const { acl } = call.core.getObject(call.bucket, call.region, call.key, versionIdOf(call)).attributes;
  // The grants do not tell `default` from `private`, so the header does; the Node SDK reads it there.
  return xml(aclToXml(acl, call.account), acl.canned === 'default' ? [['x-cos-acl', 'default']] : []);
}

export async function putObjectAcl(call: CosCall): Promise<CloudResponse> {
  const acl = await receiveAcl(call, 'object');
  call.core.putAcl(call.bucket, call.region, call.key, versionIdOf(call), acl);
  return empty();
}

export async function getBucketAcl(call: CosCall): Promise<CloudResponse> {
  return xml(aclToXml(call.core.getBucketAcl(call.bucket, call.region), call.account));
}

export async function putBucketAcl(call: CosCall): Promise<CloudResponse> {
  call.core.putBucketAcl(call.bucket, call.region, await receiveAcl(call, 'bucket'));
  return empty();
}

/** Headers or a document; both at once contradict each other. */
async function receiveAcl(call: CosCall, resource: 'bucket' | 'object'): Promise<StoredAcl> {
  const policy = await receiveOptionalXml(call, 'AccessControlPolicy');
  if (policy === undefined) return aclFromHeaders(call.headers, resource === 'object' ? 'default' : 'private');
  if (hasAclHeaders(call.headers))
    throw failures.invalidRequest('An ACL comes in headers or in the body, not in both.');
  return aclFromXml(policy, resource);
}
