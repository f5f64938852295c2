import type { Access, KeyPair } from '../types.ts';

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** JSON text: the trust policy, which names those that may take the role. */
  readonly trust: string;
  /** ms since 1970 */
  readonly created: number;
  readonly modified: number;
}

export interface Policy {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  /** JSON text, as it was sent. */
  readonly document: string;
  /** ms since 1970 */
  readonly created: number;
  readonly modified: number;
}

export interface CamOptions {
  readonly appid: string;
  readonly uin: string;
  /** The account's own pair: may do everything. */
  readonly root: KeyPair;
  /** ms since 1970 */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

/**
 * Keys, roles and policies of the one account. Roles and policies are global, not regional. Every method throws
 * `CloudFailure` with CAM's codes.
 */
export interface Cam extends Access {
  readonly appid: string;
  readonly uin: string;
  createRole(role: { name: string; trust: string; description?: string }): Role;
  /** By name or ID; throws `InvalidParameter.RoleNotExist`. */
  getRole(role: { name?: string | undefined; id?: string | undefined }): Role;
  deleteRole(name: string): void;
  createPolicy(policy: { name: string; document: string; description?: string }): Policy;
  updatePolicy(id: number, changes: { name?: string; document?: string; description?: string }): Policy;
  /** By name or ID; throws `InvalidParameter.PolicyIdNotExist`. */
  getPolicy(policy: { name?: string | undefined; id?: number | undefined }): Policy;
  deletePolicy(id: number): void;
  listPolicies(): readonly Policy[];
  attach(roleName: string, policyId: number): void;
  detach(roleName: string, policyId: number): void;
  attached(roleName: string): readonly Policy[];
  /**
   * Temporary pair of a role, for a service that the role trusts. It is valid for 2 h and given again until half of
   * that has passed, so a caller's pair is valid for an hour at least.
   */
  assumeRole(roleName: string, service?: string): KeyPair;
}
