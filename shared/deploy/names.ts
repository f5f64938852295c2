import type { RoleKind, Settings } from './types.ts';

/** Functions are regional, so their names carry no region. */
export function functionName(deployment: Pick<Settings, 'service' | 'stage'>, key: string): string {
  return `${deployment.service}-${deployment.stage}-${key}`;
}

/** CAM roles and policies are global, so the region is in their names. A role's policy has the name of the role. */
export function roleName(deployment: Pick<Settings, 'service' | 'stage' | 'region'>, kind: RoleKind): string {
  return `${deployment.service}-${deployment.stage}-${deployment.region}-${kind}`;
}

/** The functions that a key of serverless.yml becomes: `replicate`, `replicate-2`, `replicate-3`, … */
export function numbered(key: string, index: number): string {
  return index === 0 ? key : `${key}-${index + 1}`;
}
