import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudApiError, createCloudApi, type CloudApi } from '../../../shared/deploy/cloud/cloud-api.ts';
import type { Probe } from './point.ts';
import type { OtherPoint } from './others.ts';

/** Trusts nobody but SCF, and nothing is attached to it. */
const TRUST = JSON.stringify({
  version: '2.0',
  statement: [{ action: 'name/sts:AssumeRole', effect: 'allow', principal: { service: ['scf.qcloud.com'] } }],
});
const POLICY = JSON.stringify({
  version: '2.0',
  statement: [{ effect: 'deny', action: ['name/cos:*'], resource: ['*'] }],
});

const openApi = ({ driver: { credentials, region, cloud } }: Probe): CloudApi =>
  createCloudApi({ credentials, region, endpoint: cloud?.endpoint, now: Date.now, sleep: (ms) => sleep(ms) });

/** The code of a refusal; `none`: the request was accepted. */
async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'none';
  } catch (error) {
    if (error instanceof CloudApiError) return error.code;
    throw error;
  }
}

/** Codes that a deployment reacts to. With a wrong guess it would stop where it should continue. */
export const CLOUD_API_POINTS: readonly OtherPoint[] = [
  {
    name: 'codes of CAM for a role',
    taken: 'missing InvalidParameter.RoleNotExist, twice InvalidParameter.RoleNameInUse',
    async observe(probe) {
      const api = openApi(probe);
      const RoleName = `crrlive-${randomBytes(4).toString('hex')}`;
      const missing = await codeOf(api.call('cam', 'GetRole', { RoleName }));
      const create = () => api.call('cam', 'CreateRole', { RoleName, PolicyDocument: TRUST, Description: 'Test.' });
      try {
        await create();
        return `missing ${missing}, twice ${await codeOf(create())}`;
      } finally {
        await codeOf(api.call('cam', 'DeleteRole', { RoleName }));
      }
    },
  },
  {
    name: 'codes of CAM for a policy',
    taken: 'twice FailedOperation.PolicyNameInUse, too long InvalidParameter.PolicyDocumentLengthOverLimit',
    async observe(probe) {
      const api = openApi(probe);
      const PolicyName = `crrlive-${randomBytes(4).toString('hex')}`;
      const create = (PolicyDocument: string) => {
        const policy = { PolicyName, PolicyDocument, Description: 'Test.' };
        return api.call<{ PolicyId: number }>('cam', 'CreatePolicy', policy);
      };
      const { PolicyId } = await create(POLICY);
      try {
        const twice = await codeOf(create(POLICY));
        const resource = Array.from({ length: 300 }, (_, n) => `qcs::cos:ap-guangzhou:uid/1250000000:bucket-${n}/*`);
        const statement = [{ effect: 'deny', action: ['name/cos:*'], resource }];
        const document = JSON.stringify({ version: '2.0', statement });
        const long = api.call('cam', 'UpdatePolicy', { PolicyId, PolicyDocument: document });
        return `twice ${twice}, too long ${await codeOf(long)}`;
      } finally {
        await codeOf(api.call('cam', 'DeletePolicy', { PolicyId: [PolicyId] }));
      }
    },
  },
  {
    name: 'codes of SCF for a custom domain that is not there, and for one without a certificate',
    taken: 'FailedOperation.Domain.UnExist, InvalidParameterValue',
    async observe(probe) {
      const api = openApi(probe);
      const Domain = `crrlive-${randomBytes(4).toString('hex')}.example.org`;
      const missing = await codeOf(api.call('scf', 'DeleteCustomDomain', { Domain }));
      const route = { Namespace: 'default', FunctionName: 'crrlive-none', Qualifier: '$DEFAULT', PathMatch: '/*' };
      const domain = { Domain, Protocol: 'HTTPS', EndpointsConfig: [route] };
      return `${missing}, ${await codeOf(api.call('scf', 'CreateCustomDomain', domain))}`;
    },
  },
];
