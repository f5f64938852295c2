import type { CloudResponse } from '../../../types.ts';
import { empty, xml } from '../answers.ts';
import { receiveXml } from '../body.ts';
import type { CosCall } from '../call.ts';
import { failures } from '../failures.ts';
import { tagsFromXml, tagsToXml } from '../tags.ts';

export async function putBucketTags(call: CosCall): Promise<CloudResponse> {
  const tags = tagsFromXml(await receiveXml(call, 'Tagging'));
  if (tags.length === 0) throw failures.malformedXml();
  call.core.configureBucket(call.bucket, call.region, { tags });
  return empty(204);
}

export async function getBucketTags(call: CosCall): Promise<CloudResponse> {
  const { tags } = call.core.getSettings(call.bucket, call.region);
  if (tags === undefined) throw failures.noTags();
  return xml(tagsToXml(tags));
}

export async function deleteBucketTags(call: CosCall): Promise<CloudResponse> {
  call.core.configureBucket(call.bucket, call.region, { tags: undefined });
  return empty(204);
}
