import { randomBytes } from 'node:crypto';
import { RIGHTS, createKeyStore } from '../../access/index.ts';
import type { ApiKey, ApiKeySummary, KeyStore, Right } from '../../access/index.ts';
import { createCosClient } from '../../cos/index.ts';
import type { Credentials } from '../../signing/index.ts';
import { DeployError } from '../error.ts';
import type { Settings } from '../types.ts';

const DEFAULT_RIGHTS = 'read,write';

/** The API keys of a deployment, reached with the deployer's own credentials. */
export function openKeyStore(settings: Settings, credentials: Credentials): KeyStore {
  const cos = createCosClient({ credentials: () => credentials, endpoint: settings.endpoint });
  return createKeyStore({ cos, state: settings.state, now: Date.now, random: randomBytes });
}

/** Makes a key from the texts of the command line. Throws `DeployError` for a bucket or right that there is not. */
export async function addKey(
  store: Pick<KeyStore, 'add'>,
  settings: Pick<Settings, 'sources'>,
  texts: { readonly buckets: string | undefined; readonly rights: string | undefined },
): Promise<ApiKey> {
  const buckets = split(texts.buckets ?? '');
  const known = settings.sources.map(({ bucket }) => bucket);
  const stranger = buckets.find((bucket) => !known.includes(bucket));
  if (stranger !== undefined) {
    throw new DeployError(
      `${stranger} is not a source of this deployment: use ${known.join(', ')}, or add it to sources and deploy.`,
      'NOT_A_SOURCE',
    );
  }
  const rights = split(texts.rights ?? DEFAULT_RIGHTS);
  const wrong = rights.find((right) => !isRight(right));
  if (wrong !== undefined || rights.length === 0) {
    throw new DeployError(`Rights are ${RIGHTS.join(', ')}, comma-separated, not "${texts.rights}".`, 'NO_SUCH_RIGHT');
  }
  return store.add({ buckets, rights: rights.filter(isRight) });
}

export async function removeKey(store: Pick<KeyStore, 'remove'>, secretId: string): Promise<void> {
  if (await store.remove(secretId)) return;
  throw new DeployError(
    `There is no API key ${secretId}: "npx serverless replication key list" shows those there are.`,
    'NO_SUCH_KEY',
  );
}

export function formatKey(key: ApiKey): string {
  return [
    `secret ID:  ${key.secretId}`,
    `secret key: ${key.secretKey}`,
    `buckets:    ${bucketsOf(key)}`,
    `rights:     ${key.rights.join(', ')}`,
    'The secret key is not shown again.',
  ].join('\n');
}

export function formatKeys(keys: readonly ApiKeySummary[]): string {
  if (keys.length === 0) return 'There are no API keys: make one with "npx serverless replication key add".';
  return keys
    .map((key) => `${key.secretId}  ${new Date(key.created).toISOString()}  ${key.rights.join(',')}  ${bucketsOf(key)}`)
    .join('\n');
}

function bucketsOf({ buckets }: ApiKeySummary): string {
  return buckets.length === 0 ? 'all sources' : buckets.join(', ');
}

function split(text: string): string[] {
  return [...new Set(text.split(',').map((part) => part.trim()))].filter((part) => part !== '');
}

function isRight(text: string): text is Right {
  return (RIGHTS as readonly string[]).includes(text);
}
