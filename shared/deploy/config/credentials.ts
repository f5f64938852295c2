import type { Credentials } from '../../signing/index.ts';
import { DeployError } from '../error.ts';

/**
 * The deployer's own key pair; a temporary pair has a token. It is never read from the command line, which other users
 * can see.
 */
export function readCredentials(env: Readonly<Record<string, string | undefined>>): Credentials {
  const secretId = env['TENCENTCLOUD_SECRET_ID'];
  const secretKey = env['TENCENTCLOUD_SECRET_KEY'];
  if (!secretId || !secretKey) {
    throw new DeployError(
      'Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY to an API key pair of the account (console: Cloud Access Management, API keys).',
      'NO_CREDENTIALS',
    );
  }
  return { secretId, secretKey, token: env['TENCENTCLOUD_TOKEN'] || undefined };
}

/** `http://127.0.0.1:PORT`, or undefined for the real cloud. */
export function readEndpoint(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const text = env['TENCENTCLOUD_ENDPOINT'];
  if (!text) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new DeployError(
      'TENCENTCLOUD_ENDPOINT is not a URL such as http://127.0.0.1:8080; leave it out for the real cloud.',
      'BAD_ENDPOINT',
    );
  }
  return url.origin;
}
