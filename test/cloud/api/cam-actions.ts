import type { Policy, Role } from '../scf/index.ts';
import { CloudFailure } from '../scf/index.ts';
import type { Actions, ActionContext } from './action.ts';
import { formatTime } from './format.ts';
import type { Parameters } from './parameters.ts';

/** Numbers of custom and of built-in policies; there are no built-in ones here. */
const CUSTOM = 1;
/** Documented for AttachRolePolicy, the call of a deployment with the lowest limit, and for CreatePolicy. */
const ATTACH_PER_SECOND = 3;
const CREATE_PER_SECOND = 10;
/**
 * ListPolicies accepts no higher page; and a role or an account has no more policies than fit on the pages before it.
 */
const LAST_PAGE = 200;

export const CAM_ACTIONS: Actions = {
  GetUserAppId: {
    required: [],
    optional: [],
    resource: () => '*',
    run: (_parameters, { cam }) => ({ Uin: cam.uin, OwnerUin: cam.uin, AppId: Number(cam.appid) }),
  },

  GetRole: {
    required: [],
    optional: ['RoleName', 'RoleId'],
    resource: roleResource,
    run: (parameters, { cam }) => ({ RoleInfo: describeRole(cam.getRole(roleSelector(parameters))) }),
  },
  CreateRole: {
    required: ['RoleName', 'PolicyDocument'],
    optional: ['Description'],
    resource: roleResource,
    run(parameters, { cam }) {
      const [name, trust] = [parameters.text('RoleName'), parameters.text('PolicyDocument')];
      return { RoleId: cam.createRole({ name, trust, description: parameters.text('Description') }).id };
    },
  },
  DeleteRole: {
    required: [],
    optional: ['RoleName', 'RoleId'],
    resource: roleResource,
    run(parameters, { cam }) {
      cam.deleteRole(cam.getRole(roleSelector(parameters)).name);
      return {};
    },
  },

  CreatePolicy: {
    required: ['PolicyName', 'PolicyDocument'],
    optional: ['Description'],
    resource: () => 'policyid/*',
    perSecond: CREATE_PER_SECOND,
    run(parameters, { cam }) {
      const [name, document] = [parameters.text('PolicyName'), parameters.text('PolicyDocument')];
      return { PolicyId: cam.createPolicy({ name, document, description: parameters.text('Description') }).id };
    },
  },
  UpdatePolicy: {
    required: [],
    optional: ['PolicyId', 'PolicyName', 'PolicyDocument', 'Description'],
    resource: policyResource,
    run(parameters, { cam }) {
      const { id } = cam.getPolicy(policySelector(parameters));
      // With an ID the name is a new name; without one it names the policy.
      const name = parameters.has('PolicyId') ? parameters.optionalText('PolicyName') : undefined;
      const document = parameters.optionalText('PolicyDocument');
      const description = parameters.optionalText('Description');
      cam.updatePolicy(id, {
        ...(name === undefined ? {} : { name }),
        ...(document === undefined ? {} : { document }),
        ...(description === undefined ? {} : { description }),
      });
      return { PolicyId: id };
    },
  },
  GetPolicy: {
    required: ['PolicyId'],
    optional: [],
    resource: policyResource,
    run(parameters, { cam }) {
      const { name, description, document, created, modified } = cam.getPolicy(policySelector(parameters));
      return {
        PolicyName: name,
        Description: description,
        Type: CUSTOM,
        PolicyDocument: document,
        AddTime: formatTime(created),
        UpdateTime: formatTime(modified),
        PresetAlias: '',
        IsServiceLinkedRolePolicy: 0,
      };
    },
  },
  DeletePolicy: {
    required: ['PolicyId'],
    optional: [],
    resource: () => 'policyid/*',
    run(parameters, { cam }) {
      const ids = parameters.values('PolicyId').map(Number);
      for (const id of ids) cam.getPolicy({ id });
      for (const id of ids) cam.deletePolicy(id);
      return {};
    },
  },
  ListPolicies: {
    required: [],
    optional: ['Page', 'Rp', 'Scope', 'Keyword'],
    resource: () => '*',
    run(parameters, { cam }) {
      const scope = parameters.optionalText('Scope') ?? 'All';
      const found = scope === 'QCS' ? [] : cam.listPolicies();
      return listed(found, parameters, (policy) => ({ ...describePolicy(policy), Type: CUSTOM }));
    },
  },

  AttachRolePolicy: {
    required: [],
    optional: ['PolicyId', 'PolicyName', 'AttachRoleId', 'AttachRoleName'],
    resource: (parameters) => `roleName/${parameters.text('AttachRoleName')}`,
    perSecond: ATTACH_PER_SECOND,
    run(parameters, context) {
      bond(parameters, context, 'Attach');
      return {};
    },
  },
  DetachRolePolicy: {
    required: [],
    optional: ['PolicyId', 'PolicyName', 'DetachRoleId', 'DetachRoleName'],
    resource: (parameters) => `roleName/${parameters.text('DetachRoleName')}`,
    run(parameters, context) {
      bond(parameters, context, 'Detach');
      return {};
    },
  },
  ListAttachedRolePolicies: {
    required: ['Page', 'Rp'],
    optional: ['RoleName', 'RoleId', 'PolicyType', 'Keyword'],
    resource: roleResource,
    run(parameters, { cam }) {
      const attached = cam.attached(cam.getRole(roleSelector(parameters)).name);
      const found = parameters.optionalText('PolicyType') === 'QCS' ? [] : attached;
      return listed(found, parameters, (policy) => ({ ...describePolicy(policy), PolicyType: 'User' }));
    },
  },
};

function bond(parameters: Parameters, { cam }: ActionContext, verb: 'Attach' | 'Detach'): void {
  const [name, id] = [parameters.optionalText(`${verb}RoleName`), parameters.optionalText(`${verb}RoleId`)];
  const role = cam.getRole({ name, id }).name;
  const policy = cam.getPolicy(policySelector(parameters)).id;
  if (verb === 'Attach') cam.attach(role, policy);
  else cam.detach(role, policy);
}

function listed(policies: readonly Policy[], parameters: Parameters, describe: (policy: Policy) => object): object {
  const [number, size] = [parameters.optionalNumber('Page') ?? 1, parameters.optionalNumber('Rp') ?? 20];
  if (number < 1 || number > LAST_PAGE || size < 1 || size > 200) {
    throw new CloudFailure('InvalidParameter.ParamError', 'Page and Rp are 1 to 200.');
  }
  const found = policies.filter(({ name }) => name.includes(parameters.text('Keyword')));
  return { List: found.slice((number - 1) * size, number * size).map(describe), TotalNum: found.length };
}

function roleSelector(parameters: Parameters): { name: string | undefined; id: string | undefined } {
  return { name: parameters.optionalText('RoleName'), id: parameters.optionalText('RoleId') };
}

function policySelector(parameters: Parameters): { name: string | undefined; id: number | undefined } {
  return { name: parameters.optionalText('PolicyName'), id: parameters.optionalNumber('PolicyId') };
}

function roleResource(parameters: Parameters): string {
  return `roleName/${parameters.text('RoleName')}`;
}

function policyResource(parameters: Parameters): string {
  return `policyid/${parameters.optionalNumber('PolicyId') ?? '*'}`;
}

function describeRole(role: Role): object {
  return {
    RoleId: role.id,
    RoleName: role.name,
    Description: role.description,
    PolicyDocument: role.trust,
    AddTime: formatTime(role.created),
    UpdateTime: formatTime(role.modified),
    ConsoleLogin: 0,
    RoleType: 'user',
    SessionDuration: 7200,
  };
}

function describePolicy(policy: Policy): object {
  return {
    PolicyId: policy.id,
    PolicyName: policy.name,
    Description: policy.description,
    AddTime: formatTime(policy.created),
    CreateMode: 2,
  };
}
