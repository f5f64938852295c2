import type { RoleKind, Settings } from '../types.ts';

/** Functions are regional, so their names carry no region. */
export function functionName(deployment: Pick<Settings, 'service' | 'stage'>, key: string): string {
  return `${deployment.service}-${deployment.stage}-${key}`;
}

/** CAM roles and policies are global, so the region is in their names. */
export function roleName(deployment: Pick<Settings, 'service' | 'stage' | 'region'>, kind: RoleKind): string {
  return `${deployment.service}-${deployment.stage}-${deployment.region}-${kind}`;
}

/** The functions made from one key of serverless.yml, and the policies of a role: `replicate`, `replicate-2`, … */
export function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}-${index + 1}`;
}

/** Whether `numbered` can make this name. */
export function isNumbered(name: string, candidate: string): boolean {
  return (
    candidate === name ||
    (candidate.startsWith(`${name}-`) && /^([2-9]|[1-9]\d+)$/.test(candidate.slice(name.length + 1)))
  );
}
