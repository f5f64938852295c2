import { CloudApiError } from '../../../shared/deploy/cloud/cloud-api.ts';
import type { CloudApi } from '../../../shared/deploy/cloud/cloud-api.ts';

type Fields = Record<string, unknown>;

interface MemoryFunction {
  readonly fields: Fields;
  readonly triggers: Fields[];
  async: unknown;
  /** MB. */
  reserved: number;
  /** Looks at GetFunction until it is Active. */
  busy: number;
}

export interface MemoryCloud extends CloudApi {
  readonly functions: Map<string, MemoryFunction>;
  readonly roles: Map<string, Set<number>>;
  /** Description and trust policy of each role. */
  readonly about: Map<string, { Description: unknown; PolicyDocument: unknown }>;
  readonly policies: Map<number, { readonly name: string; description: string; document: string }>;
  /** `Action name` of every call that changes something. */
  readonly changes: string[];
}

/** The SCF and CAM calls of a deployment on plain maps, for states that a whole cloud hardly reaches. */
export function createMemoryCloud(appid = '1250000000'): MemoryCloud {
  const functions: MemoryCloud['functions'] = new Map();
  const roles: MemoryCloud['roles'] = new Map();
  const policies: MemoryCloud['policies'] = new Map();
  const about: MemoryCloud['about'] = new Map();
  const changes: string[] = [];
  let nextPolicyId = 1;

  const fail = (action: string, code: string): never => {
    throw new CloudApiError(action, code, 'refused');
  };
  const theFunction = (action: string, { FunctionName }: Fields): MemoryFunction =>
    functions.get(FunctionName as string) ?? fail(action, 'ResourceNotFound.FunctionName');
  const active = (action: string, parameters: Fields): MemoryFunction => {
    const found = theFunction(action, parameters);
    return found.busy > 0 ? fail(action, 'FailedOperation.FunctionStatusError') : found;
  };
  const bound = () => [...functions.values()].flatMap(({ triggers }) => triggers);
  const same = (a: Fields, b: Fields) => a['TriggerName'] === b['TriggerName'] && a['TriggerDesc'] === b['TriggerDesc'];
  const policyId = (name: unknown) => [...policies].find(([, policy]) => policy.name === name)?.[0];
  const listed = ([PolicyId, { name, description }]: [number, { name: string; description: string }]) => ({
    PolicyId,
    PolicyName: name,
    Description: description,
  });
  const within = (action: string, document: unknown): string =>
    (document as string).length > 6144
      ? fail(action, 'InvalidParameter.PolicyDocumentLengthOverLimit')
      : (document as string);
  const role = (action: string, name: unknown) =>
    roles.get(name as string) ?? fail(action, 'InvalidParameter.RoleNotExist');

  const actions: Record<string, (parameters: Fields, action: string) => Fields | void> = {
    GetUserAppId: () => ({ AppId: Number(appid) }),
    GetFunction: (parameters, action) => {
      const found = theFunction(action, parameters);
      found.busy = Math.max(0, found.busy - 1);
      return { ...found.fields, Status: found.busy > 0 ? 'Updating' : (found.fields['Status'] ?? 'Active') };
    },
    ListFunctions: ({ SearchKey = '', Offset, Limit }) => {
      const [offset, limit] = [Offset as number, Limit as number];
      const found = [...functions.keys()].filter((name) => name.includes(SearchKey as string));
      const shown = found.slice(offset, offset + limit);
      return { Functions: shown.map((FunctionName) => ({ FunctionName })), TotalCount: found.length };
    },
    CreateFunction: ({ Code, ...fields }, action) => {
      const name = fields['FunctionName'] as string;
      if (functions.has(name)) fail(action, 'ResourceInUse.FunctionName');
      functions.set(name, { fields: { ...fields, Code }, triggers: [], async: undefined, reserved: 0, busy: 3 });
    },
    UpdateFunctionCode: (parameters, action) => {
      const found = active(action, parameters);
      Object.assign(found.fields, { Code: { ZipFile: parameters['ZipFile'] } });
      found.busy = 2;
    },
    UpdateFunctionConfiguration: (parameters, action) => {
      const found = active(action, parameters);
      if (parameters['Runtime'] !== found.fields['Runtime']) fail(action, 'InvalidParameterValue.Runtime');
      Object.assign(found.fields, parameters);
      found.busy = 2;
    },
    DeleteFunction: (parameters, action) => {
      theFunction(action, parameters);
      functions.delete(parameters['FunctionName'] as string);
    },
    GetFunctionEventInvokeConfig: (parameters, action) => ({
      AsyncTriggerConfig: theFunction(action, parameters).async ?? { RetryConfig: [{ RetryNum: 1 }], MsgTTL: 60 },
    }),
    UpdateFunctionEventInvokeConfig: (parameters, action) => {
      active(action, parameters).async = parameters['AsyncTriggerConfig'];
    },
    ListTriggers: (parameters, action) => {
      const { triggers } = theFunction(action, parameters);
      return { Triggers: triggers.map((trigger) => ({ ...trigger, Enable: 1 })), TotalCount: triggers.length };
    },
    CreateTrigger: ({ FunctionName, ...trigger }, action) => {
      const { triggers } = active(action, { FunctionName });
      if (trigger['Type'] === 'cos' && bound().some((other) => same(other, trigger))) {
        fail(action, 'InvalidParameterValue.CosNotifyRuleConflict');
      }
      triggers.push(trigger);
    },
    DeleteTrigger: (parameters, action) => {
      const { triggers } = active(action, parameters);
      const index = triggers.findIndex((trigger) => same(trigger, parameters));
      if (index < 0) fail(action, 'ResourceNotFound.Trigger');
      triggers.splice(index, 1);
    },
    GetReservedConcurrencyConfig: (parameters, action) => ({ ReservedMem: theFunction(action, parameters).reserved }),
    PutReservedConcurrencyConfig: (parameters, action) => {
      theFunction(action, parameters).reserved = parameters['ReservedConcurrencyMem'] as number;
    },
    DeleteReservedConcurrencyConfig: (parameters, action) => {
      theFunction(action, parameters).reserved = 0;
    },
    GetRole: ({ RoleName }, action) => {
      role(action, RoleName);
      return { RoleInfo: { RoleName, ...about.get(RoleName as string) } };
    },
    CreateRole: ({ RoleName, Description, PolicyDocument }) => {
      roles.set(RoleName as string, new Set());
      about.set(RoleName as string, { Description, PolicyDocument });
    },
    DeleteRole: ({ RoleName }) => void roles.delete(RoleName as string),
    CreatePolicy: ({ PolicyName, PolicyDocument, Description = '' }, action) => {
      if (policyId(PolicyName) !== undefined) fail(action, 'FailedOperation.PolicyNameInUse');
      const document = within(action, PolicyDocument);
      policies.set(nextPolicyId++, { name: PolicyName as string, description: Description as string, document });
    },
    UpdatePolicy: ({ PolicyId, PolicyDocument, Description }, action) => {
      const policy = policies.get(PolicyId as number) ?? fail(action, 'InvalidParameter.PolicyIdNotExist');
      Object.assign(policy, { document: within(action, PolicyDocument), description: Description });
    },
    ListPolicies: ({ Keyword = '', Page, Rp }) => {
      const [page, size] = [Page as number, Rp as number];
      const found = [...policies].filter(([, { name }]) => name.includes(Keyword as string));
      return { List: found.slice((page - 1) * size, page * size).map(listed), TotalNum: found.length };
    },
    GetPolicy: ({ PolicyId }) => ({ PolicyDocument: policies.get(PolicyId as number)?.document }),
    DeletePolicy: ({ PolicyId }) => {
      for (const id of PolicyId as number[]) {
        policies.delete(id);
        for (const attached of roles.values()) attached.delete(id);
      }
    },
    AttachRolePolicy: ({ AttachRoleName, PolicyName }, action) => {
      role(action, AttachRoleName).add(policyId(PolicyName) ?? fail(action, 'InvalidParameter.PolicyIdNotExist'));
    },
    DetachRolePolicy: ({ DetachRoleName, PolicyId }, action) =>
      void role(action, DetachRoleName).delete(PolicyId as number),
    ListAttachedRolePolicies: ({ RoleName }, action) => ({
      List: [...policies].filter(([id]) => role(action, RoleName).has(id)).map(listed),
    }),
  };

  return {
    functions,
    roles,
    about,
    policies,
    changes,
    async call<T>(_service: string, action: string, parameters: object): Promise<T> {
      const fields = parameters as Fields;
      const run = actions[action] ?? fail(action, 'InvalidAction');
      const answer = run(fields, action);
      if (!/^(Get|List)/.test(action)) {
        const named = ['FunctionName', 'RoleName', 'AttachRoleName', 'DetachRoleName', 'PolicyName'];
        changes.push([action, named.map((name) => fields[name]).find(Boolean)].filter(Boolean).join(' '));
      }
      return (answer ?? {}) as T;
    },
  };
}
