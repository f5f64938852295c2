import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';
import type { Credentials } from '../../signing/index.ts';
import type { DesiredFunction, Settings } from '../types.ts';

type Handler = (event: unknown, context: Readonly<Record<string, unknown>>) => unknown;

/**
 * Runs a bundle in this process, with the environment that the platform would set and the deployer's own credentials
 * instead of the role's. The function works on the real buckets.
 */
export async function invokeLocal(
  desired: DesiredFunction,
  settings: Settings,
  credentials: Credentials,
  event: unknown,
  bundlePath: string,
): Promise<unknown> {
  Object.assign(process.env, desired.environment, {
    TENCENTCLOUD_REGION: settings.region,
    TENCENTCLOUD_APPID: settings.appid,
    TENCENTCLOUD_SECRETID: credentials.secretId,
    TENCENTCLOUD_SECRETKEY: credentials.secretKey,
    SCF_FUNCTIONNAME: desired.name,
  });
  // An empty token in the environment would be sent as a token.
  if (credentials.token === undefined) delete process.env['TENCENTCLOUD_SESSIONTOKEN'];
  else process.env['TENCENTCLOUD_SESSIONTOKEN'] = credentials.token;
  const bundle = createRequire(bundlePath)(bundlePath) as { readonly main_handler: Handler };
  return bundle.main_handler(event, {
    callbackWaitsForEmptyEventLoop: true,
    memory_limit_in_mb: desired.memory,
    time_limit_in_ms: desired.timeout * 1000,
    request_id: randomUUID(),
    function_version: '$LATEST',
    function_name: desired.name,
    namespace: 'default',
    tencentcloud_region: settings.region,
    tencentcloud_appid: settings.appid,
  });
}
