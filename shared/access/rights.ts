import type { ApiKey, Right } from './types.ts';

export function hasRight(key: ApiKey, right: Right): boolean {
  return key.rights.includes(right);
}

/** Whether the key may manage a source bucket (`name-appid`). */
export function mayManage(key: ApiKey, bucket: string): boolean {
  return key.buckets.length === 0 || key.buckets.includes(bucket);
}
