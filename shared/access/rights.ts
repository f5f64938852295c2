import type { ApiKey, ApiKeySummary, Right } from './types.ts';

export function hasRight(key: ApiKey, right: Right): boolean {
  return key.rights.includes(right);
}

/** Whether the key may manage a source bucket (`name-appid`). */
export function mayManage(key: Pick<ApiKeySummary, 'buckets'>, bucket: string): boolean {
  return key.buckets.length === 0 || key.buckets.includes(bucket);
}

/** Whether the key may use a destination bucket (`name-appid`): replicate to it, or ask for its status. */
export function mayReach(key: Pick<ApiKeySummary, 'destinations'>, bucket: string): boolean {
  return key.destinations.length === 0 || key.destinations.includes(bucket);
}
