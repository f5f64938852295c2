import type { KeyPair, Principal } from '../types.ts';
import { decide, readPolicy, readTrust } from './cam-policy.ts';
import type { PolicyDocument, Verdict } from './cam-policy.ts';
import { CloudFailure } from './failure.ts';
import { randomText } from './ids.ts';
import type { Cam, CamOptions, Policy, Role } from './cam-types.ts';

const TEMPORARY_LIFE = 2 * 60 * 60 * 1000;
/** An expired pair is still known for a while, so that its holder gets the right error. */
const REMEMBERED = 24 * 60 * 60 * 1000;
const FIRST_POLICY_ID = 200_000_001;
/** Policies on a role and custom policies of an account ("Use Limits", tencentcloud.com/document/product/598/10609). */
const MAX_ATTACHED = 200;
const MAX_POLICIES = 1500;

interface RoleState {
  readonly role: Role;
  readonly services: readonly string[];
  readonly policies: Set<number>;
  current: KeyPair | undefined;
}

interface PolicyState {
  readonly policy: Policy;
  readonly document: PolicyDocument;
}

export function createCam(options: CamOptions): Cam {
  const { appid, uin, root, now, random } = options;
  const roles = new Map<string, RoleState>();
  const policies = new Map<number, PolicyState>();
  const temporary = new Map<string, KeyPair>();
  let nextPolicyId = FIRST_POLICY_ID;

  function roleState(name: string | undefined, id?: string): RoleState {
    const state = name === undefined ? [...roles.values()].find(({ role }) => role.id === id) : roles.get(name);
    if (state === undefined) throw new CloudFailure('InvalidParameter.RoleNotExist', 'role not exist');
    return state;
  }

  function policyState(id: number | undefined, name?: string): PolicyState {
    const byName = () => [...policies.values()].find(({ policy }) => policy.name === name);
    const state = id === undefined ? byName() : policies.get(id);
    if (state === undefined) throw new CloudFailure('InvalidParameter.PolicyIdNotExist', 'policy not exist');
    return state;
  }

  function verdictOn(principal: Principal, action: string, resource: string): Verdict {
    if (principal.uin !== uin) return 'none';
    if (principal.kind === 'root') return 'allow';
    const attached = roles.get(principal.roleName ?? '')?.policies ?? [];
    return decide(
      [...attached].flatMap((id) => policyState(id).document),
      action,
      resource,
    );
  }

  function checkPolicyName(name: string, own?: number): void {
    if (!/^[\w+=,.@-]{1,128}$/.test(name))
      throw new CloudFailure('InvalidParameter.PolicyNameError', 'bad policy name');
    if ([...policies.values()].some(({ policy }) => policy.name === name && policy.id !== own)) {
      throw new CloudFailure('FailedOperation.PolicyNameInUse', `policy name in use: ${name}`);
    }
  }

  function forget(role: RoleState): void {
    for (const [id, { principal }] of temporary) {
      if (principal.roleName === role.role.name) temporary.delete(id);
    }
  }

  function issue(state: RoleState): KeyPair {
    const pair: KeyPair = {
      secretId: `AKID${randomText(random, 60)}`,
      secretKey: randomText(random, 44),
      token: randomText(random, 120),
      expires: now() + TEMPORARY_LIFE,
      principal: { kind: 'role', uin, roleName: state.role.name },
    };
    for (const [id, { expires = 0 }] of temporary) if (expires + REMEMBERED < now()) temporary.delete(id);
    temporary.set(pair.secretId, pair);
    return pair;
  }

  return {
    appid,
    uin,
    find: (secretId) => (secretId === root.secretId ? root : temporary.get(secretId)),

    allows: (principal, action, resource) => verdictOn(principal, action, resource) === 'allow',
    decide: verdictOn,

    createRole({ name, trust, description = '' }) {
      if (!/^[\w+=,.@-]{1,128}$/.test(name)) throw new CloudFailure('InvalidParameter.RoleNameError', 'bad role name');
      if (roles.has(name)) throw new CloudFailure('InvalidParameter.RoleNameInUse', `role name in use: ${name}`);
      const services = readTrust(trust);
      const id = `46116860184${Math.floor(random() * 1e8)
        .toString()
        .padStart(8, '0')}`;
      const role: Role = { id, name, description, trust, created: now(), modified: now() };
      roles.set(name, { role, services, policies: new Set(), current: undefined });
      return role;
    },
    getRole: ({ name, id }) => roleState(name, id).role,
    deleteRole(name) {
      forget(roleState(name));
      roles.delete(name);
    },

    createPolicy({ name, document, description = '' }) {
      checkPolicyName(name);
      if (policies.size >= MAX_POLICIES) throw new CloudFailure('FailedOperation.PolicyFull', 'too many policies');
      const read = readPolicy(document, { appid, uin });
      const id = nextPolicyId++;
      const policy: Policy = { id, name, description, document, created: now(), modified: now() };
      policies.set(id, { policy, document: read });
      return policy;
    },
    updatePolicy(id, changes) {
      const before = policyState(id);
      if (changes.name !== undefined) checkPolicyName(changes.name, id);
      const policy: Policy = { ...before.policy, ...changes, modified: now() };
      policies.set(id, { policy, document: readPolicy(policy.document, { appid, uin }) });
      return policy;
    },
    getPolicy: ({ name, id }) => policyState(id, name).policy,
    deletePolicy(id) {
      policyState(id);
      policies.delete(id);
      for (const state of roles.values()) state.policies.delete(id);
    },
    listPolicies: () => [...policies.values()].map(({ policy }) => policy),

    attach(roleName, policyId) {
      const state = roleState(roleName);
      policyState(policyId);
      if (state.policies.size >= MAX_ATTACHED && !state.policies.has(policyId)) {
        throw new CloudFailure('InvalidParameter.AttachmentFull', 'too many policies on this role');
      }
      state.policies.add(policyId);
    },
    detach(roleName, policyId) {
      const state = roleState(roleName);
      policyState(policyId);
      state.policies.delete(policyId);
    },
    attached: (roleName) => [...roleState(roleName).policies].map((id) => policyState(id).policy),

    assumeRole(roleName, service = 'scf.qcloud.com') {
      const state = roleState(roleName);
      if (!state.services.includes(service)) {
        throw new CloudFailure('UnauthorizedOperation', `role ${roleName} does not trust ${service}`);
      }
      const { expires = 0 } = state.current ?? {};
      if (state.current === undefined || expires - now() < TEMPORARY_LIFE / 2) state.current = issue(state);
      return state.current;
    },
  };
}
