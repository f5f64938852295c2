import { appidOf } from '../cos/index.ts';
import type { Place } from '../cos/index.ts';
import { PREFLIGHT_PREFIX } from '../rules/index.ts';
import type { RoleKind, Settings } from './types.ts';

interface Statement {
  readonly effect: 'allow';
  readonly action: readonly string[];
  readonly resource: readonly string[];
}

export interface PolicyDocument {
  readonly version: '2.0';
  readonly statement: readonly Statement[];
}

/** Lets the functions, and nobody else, take a role. */
export const TRUST_POLICY = {
  version: '2.0',
  statement: [{ effect: 'allow', action: 'name/sts:AssumeRole', principal: { service: 'scf.qcloud.com' } }],
} as const;

// Action names as in "COS API authorization policy" and in the official Node SDK: CAM refuses a policy with an action that
// it does not know. There is none of its own for a version: GetObject, HeadObject and DeleteObject cover `?versionId`.
const LOOK_AT_BUCKET = ['HeadBucket', 'GetBucketVersioning'];
const READ = ['HeadObject', 'GetObject', 'GetObjectTagging', 'GetObjectACL'];
const WRITE = [
  'PutObject',
  'PutObjectTagging',
  'PutObjectACL',
  'InitiateMultipartUpload',
  'UploadPart',
  'ListParts',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
];

const STATE_READ = ['HeadObject', 'GetObject'];
const STATE_WRITE = [...STATE_READ, 'PutObject', 'DeleteObject'];

type Scope = Pick<Settings, 'sources' | 'destinations' | 'state'>;

/** The least that the functions of one role need, and on nothing but the buckets that serverless.yml lists. */
export function policyOf(kind: RoleKind, scope: Scope): PolicyDocument {
  return { version: '2.0', statement: kind === 'engine' ? engine(scope) : api(scope) };
}

function engine({ sources, destinations, state }: Scope): Statement[] {
  return [
    allow([...LOOK_AT_BUCKET, 'GetBucketObjectVersions', ...READ], sources.map(everything)),
    // DeleteObject: delete markers, and replicas of ours that proved surplus or damaged. Reading: copies within the bucket.
    allow(
      [...LOOK_AT_BUCKET, 'GetBucketObjectVersions', ...READ, ...WRITE, 'DeleteObject'],
      destinations.map(everything),
    ),
    allow(STATE_READ, under(state, ['rules/'])),
    allow(STATE_WRITE, under(state, ['tasks/', 'waiting/', 'leases/', 'status/'])),
    listing(state),
  ];
}

function api({ sources, destinations, state }: Scope): Statement[] {
  return [
    // The status of an object: what versions there are and what they say of themselves. Never their bytes.
    allow([...LOOK_AT_BUCKET, 'GetBucketObjectVersions', 'HeadObject'], [...sources, ...destinations].map(everything)),
    allow(['GetObjectTagging'], sources.map(everything)),
    // Pre-flight makes and removes objects of its own, and touches no other.
    allow(
      ['GetObject', 'PutObject', 'DeleteObject'],
      destinations.map((place) => resourceOf(place, `${PREFLIGHT_PREFIX}*`)),
    ),
    allow(STATE_READ, under(state, ['keys/', 'status/', 'leases/'])),
    allow(STATE_WRITE, under(state, ['rules/', 'tasks/', 'waiting/', 'status/preflight/'])),
    listing(state),
  ];
}

/**
 * Listing the state bucket shows names, never content. It is not narrowed to prefixes: whether COS matches the prefix of a
 * listing against the resource or against a condition is documented in both ways.
 */
function listing(state: Place): Statement {
  return allow(['GetBucket'], [everything(state)]);
}

function allow(actions: readonly string[], resource: readonly string[]): Statement {
  return { effect: 'allow', action: actions.map((action) => `name/cos:${action}`), resource: [...new Set(resource)] };
}

function under(place: Place, prefixes: readonly string[]): string[] {
  return prefixes.map((prefix) => resourceOf(place, `${prefix}*`));
}

function everything(place: Place): string {
  return resourceOf(place, '*');
}

function resourceOf(place: Place, path: string): string {
  return `qcs::cos:${place.region}:uid/${appidOf(place.bucket)}:${place.bucket}/${path}`;
}
