import { ServiceError } from '../errors/index.ts';
import { isBucketName, isRegion, parsePlace } from '../cos/index.ts';
import type { Place } from '../cos/index.ts';
import type { Credentials } from '../signing/index.ts';
import { CAUTIONS } from './types.ts';
import type { Caution, DeploymentConfig, Peer } from './types.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings of a deployment from the environment of a function. Throws `ServiceError` `InvalidConfiguration`
 * that names the variable: a function that does not know its buckets must not start working.
 */
export function readConfig(env: Environment): DeploymentConfig {
  const bucket = required(env, 'STATE_BUCKET');
  const region = required(env, 'TENCENTCLOUD_REGION');
  if (!isBucketName(bucket)) throw invalid('STATE_BUCKET', 'is not a bucket name of the form <name>-<appid>');
  if (!isRegion(region)) throw invalid('TENCENTCLOUD_REGION', 'is not a region such as ap-guangzhou');

  const sources = places(env, 'SOURCES');
  const destinations = places(env, 'DESTINATIONS');
  for (const [name, list] of [['SOURCES', sources] as const, ['DESTINATIONS', destinations] as const]) {
    // If the state bucket were replicated, every task would start new work.
    if (list.some((place) => place.bucket === bucket)) throw invalid(name, 'lists the state bucket');
  }
  return {
    state: { bucket, region },
    sources,
    destinations,
    peers: peers(env),
    cautious: cautions(env),
    acl: env['ACL'] !== 'false',
    signers: entriesOf(env['SIGNERS'] ?? '').map((entry) => place('SIGNERS', entry)),
    cosEndpoint: endpoint(env),
    credentials: () => roleCredentials(env),
  };
}

function places(env: Environment, name: string): Place[] {
  const entries = entriesOf(required(env, name));
  if (entries.length === 0) throw invalid(name, 'lists no bucket');
  const list = entries.map((entry) => place(name, entry));
  if (new Set(list.map((place) => place.bucket)).size < list.length) throw invalid(name, 'lists a bucket twice');
  return list;
}

function peers(env: Environment): Peer[] {
  return entriesOf(env['PEERS'] ?? '').map((entry) => {
    const [text = '', state = ''] = entry.split('=');
    const bucket = place('PEERS', text);
    if (!isBucketName(state)) throw invalid('PEERS', 'names no state bucket of the form <name>-<appid>');
    return { bucket, state: { bucket: state, region: bucket.region } };
  });
}

function cautions(env: Environment): Caution[] {
  return entriesOf(env['CAUTIOUS'] ?? '').map((word) => {
    const known = CAUTIONS.find((one) => one === word);
    if (known === undefined) throw invalid('CAUTIOUS', `has a word that is none of ${CAUTIONS.join(', ')}`);
    return known;
  });
}

const entriesOf = (list: string): string[] =>
  list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

function place(name: string, entry: string): Place {
  try {
    return parsePlace(entry);
  } catch (cause) {
    throw invalid(name, cause instanceof Error ? `has a wrong entry: ${cause.message}` : 'has a wrong entry', cause);
  }
}

function endpoint(env: Environment): string | undefined {
  const text = env['COS_ENDPOINT'];
  if (text === undefined || text === '') return undefined;
  if (!/^https?:\/\/[^/?#@]+$/.test(text))
    throw invalid('COS_ENDPOINT', 'is not an origin such as http://127.0.0.1:8080');
  return text;
}

function roleCredentials(env: Environment): Credentials {
  const token = env['TENCENTCLOUD_SESSIONTOKEN'];
  return {
    secretId: required(env, 'TENCENTCLOUD_SECRETID'),
    secretKey: required(env, 'TENCENTCLOUD_SECRETKEY'),
    ...(token === undefined || token === '' ? {} : { token }),
  };
}

function required(env: Environment, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw invalid(name, 'is missing');
  return value;
}

function invalid(name: string, problem: string, cause?: unknown): ServiceError {
  return new ServiceError(`The environment variable ${name} ${problem}. Deploy the functions again.`, {
    code: 'InvalidConfiguration',
    ...(cause === undefined ? {} : { cause }),
  });
}
