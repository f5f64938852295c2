import { randomBytes } from 'node:crypto';
import { RIGHTS } from '../../access/index.ts';
import type { ApiKey, ApiKeySummary, KeyStore, Right } from '../../access/index.ts';
import type { Cos, Place } from '../../cos/index.ts';
import { rotateMarkerKey } from '../../identity/index.ts';
import { DeployError } from '../error.ts';
import type { Settings } from '../types.ts';

const DEFAULT_RIGHTS = 'read,write';

/** Makes a new key that signs markers from now on; returns a line for a person. */
export async function rotateMarker({ state }: Pick<Settings, 'state'>, cos: Cos): Promise<string> {
  const number = await rotateMarkerKey({ cos, state, random: randomBytes });
  return `marker key ${number}: created. New replicas are signed with it within five minutes; markers of present ones stay valid.`;
}

/** Makes a key from the texts of the command line. Throws `DeployError` for an unknown bucket or right. */
export async function addKey(
  store: Pick<KeyStore, 'add'>,
  settings: Pick<Settings, 'sources' | 'destinations'>,
  texts: Readonly<Record<'buckets' | 'destinations' | 'rights', string | undefined>>,
): Promise<ApiKey> {
  const buckets = listed(texts.buckets, settings.sources, { one: 'source', code: 'NOT_A_SOURCE' });
  const destinations = listed(texts.destinations, settings.destinations, {
    one: 'destination',
    code: 'NOT_A_DESTINATION',
  });
  const rights = split(texts.rights ?? DEFAULT_RIGHTS);
  const wrong = rights.find((right) => !isRight(right));
  if (wrong !== undefined || rights.length === 0) {
    throw new DeployError(`Rights are ${RIGHTS.join(', ')}, comma-separated, not "${texts.rights}".`, 'NO_SUCH_RIGHT');
  }
  return store.add({ buckets, destinations, rights: rights.filter(isRight) });
}

export async function removeKey(store: Pick<KeyStore, 'remove'>, secretId: string): Promise<void> {
  if (await store.remove(secretId)) return;
  throw new DeployError(
    `There is no API key ${secretId}: "npx serverless replication key list" shows the present ones.`,
    'NO_SUCH_KEY',
  );
}

export function formatKey(key: ApiKey): string {
  return [
    `secret ID:  ${key.secretId}`,
    `secret key: ${key.secretKey}`,
    `buckets:    ${bucketsOf(key)}`,
    `to:         ${destinationsOf(key)}`,
    `rights:     ${key.rights.join(', ')}`,
    'The secret key is not shown again.',
  ].join('\n');
}

export function formatKeys(keys: readonly ApiKeySummary[]): string {
  if (keys.length === 0) return 'There are no API keys: make one with "npx serverless replication key add".';
  const rows = keys.map((key) => [
    key.secretId,
    timeOf(key),
    key.rights.join(','),
    bucketsOf(key),
    destinationsOf(key),
  ]);
  return columns([['SECRET ID', 'CREATED', 'RIGHTS', 'BUCKETS', 'DESTINATIONS'], ...rows]);
}

/** The keys for programs, with times in the form of the API. */
export function keysJson(keys: readonly ApiKeySummary[]): string {
  return JSON.stringify(keys.map((key) => ({ ...key, created: timeOf(key) })));
}

const timeOf = ({ created }: ApiKeySummary): string => new Date(created).toISOString();

function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function bucketsOf({ buckets }: ApiKeySummary): string {
  return buckets.length === 0 ? 'all sources' : buckets.join(', ');
}

function destinationsOf({ destinations }: ApiKeySummary): string {
  return destinations.length === 0 ? 'all destinations' : destinations.join(', ');
}

/** Checks that the deployment lists the names: a key with a misspelt name would give no access. */
function listed(text: string | undefined, places: readonly Place[], word: { one: string; code: string }): string[] {
  const names = split(text ?? '');
  const known = places.map(({ bucket }) => bucket);
  const stranger = names.find((name) => !known.includes(name));
  if (stranger === undefined) return names;
  throw new DeployError(
    `${stranger} is not a ${word.one} of this deployment: use ${known.join(', ')}, or add it to ${word.one}s and deploy.`,
    word.code,
  );
}

function split(text: string): string[] {
  return [...new Set(text.split(',').map((part) => part.trim()))].filter((part) => part !== '');
}

function isRight(text: string): text is Right {
  return (RIGHTS as readonly string[]).includes(text);
}
