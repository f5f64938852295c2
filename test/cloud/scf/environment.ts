import type { Revision } from './registry.ts';
import type { Cam } from './cam-types.ts';
import type { FunctionId } from './types.ts';

/** The variables that the platform sets beside the function's own. Of this process it passes on PATH and TZ alone. */
export function platformEnvironment(
  id: FunctionId,
  { version, config, code }: Revision,
  account: { appid: string; uin: string },
): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    ...(process.env['TZ'] === undefined ? {} : { TZ: process.env['TZ'] }),
    TENCENTCLOUD_RUNENV: 'SCF',
    TENCENTCLOUD_REGION: id.region,
    TENCENTCLOUD_APPID: account.appid,
    TENCENTCLOUD_UIN: account.uin,
    SCF_FUNCTIONNAME: id.name,
    SCF_FUNCTIONVERSION: version,
    SCF_NAMESPACE: id.namespace,
    SCF_RUNTIME: config.runtime,
    USER_CODE_ROOT: `${code.folder}/`,
  };
}

/** The execution role's temporary pair; nothing without a role. Throws `CloudFailure` when there is no such role any more. */
export function roleEnvironment(cam: Cam, role: string): Record<string, string> {
  if (role === '') return {};
  const { secretId, secretKey, token = '' } = cam.assumeRole(role);
  return {
    TENCENTCLOUD_SECRETID: secretId,
    TENCENTCLOUD_SECRETKEY: secretKey,
    TENCENTCLOUD_SESSIONTOKEN: token,
  };
}
