import { appidOf, distinctPlaces, samePlace } from '../../cos/index.ts';
import type { Place } from '../../cos/index.ts';
import { API_KEYS } from '../../access/index.ts';
import { CANARIES } from '../../canary/index.ts';
import { CANARY_PREFIX, PREFLIGHT_PREFIX, RULES, STATUS_PREFIX } from '../../rules/index.ts';
import { ASKED, PAIRS, PAUSED, RANGE_LEASES, SCANS } from '../../scan/index.ts';
import { VERIFIES, VERIFY_NOTES, VERIFYING } from '../../verify/index.ts';
import { STATUS_KEY } from '../../beacon/index.ts';
import { LIVE, LIVE_SUMS } from '../../live/index.ts';
import { BEHIND, LEASES, TASKS, WAITING } from '../../tasks/index.ts';
import { FINDINGS } from '../../preconditions/index.ts';
import { MARKER_KEYS } from '../../identity/index.ts';
import { MARKER_ANSWERS, PREFLIGHTS } from '../../preflight/index.ts';
import { EXAMINED, MARKS } from '../../replication/index.ts';
import type { RoleKind, Settings } from '../types.ts';

export interface Statement {
  readonly effect: 'allow';
  readonly action: readonly string[];
  readonly resource: readonly string[];
}

export interface PolicyDocument {
  readonly version: '2.0';
  readonly statement: readonly Statement[];
}

/** Allows the functions, and nobody else, to assume a role. */
export const TRUST_POLICY = {
  version: '2.0',
  statement: [{ effect: 'allow', action: 'name/sts:AssumeRole', principal: { service: 'scf.qcloud.com' } }],
} as const;

// Action names as in "COS API authorization policy" and in the official Node SDK: CAM refuses a policy with an unknown
// action. Versions have no actions of their own: GetObject, HeadObject and DeleteObject cover `?versionId`.
const READ = ['HeadObject', 'GetObject', 'GetObjectTagging'];
const WRITE = ['PutObject', 'PutObjectTagging', 'DeleteObjectTagging'];
/** Only `task` copies large objects. */
const WRITE_IN_PARTS = [
  'InitiateMultipartUpload',
  'UploadPart',
  'ListParts',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
];

export type Scope = Pick<Settings, 'sources' | 'destinations' | 'state' | 'peers' | 'signers' | 'acl'> &
  Partial<Pick<Settings, 'service' | 'stage' | 'canary'>>;

type Working = Pick<Scope, 'state' | 'peers' | 'acl'>;

/** Actions on everything below a path of each bucket of a list; `*` is the whole bucket. */
export interface Grant {
  readonly actions: readonly string[];
  readonly path: string;
}

/** The rights of the functions of one role, by the list of serverless.yml that their buckets come from. */
export interface Rights {
  readonly sources: readonly Grant[];
  readonly destinations: readonly Grant[];
  readonly state: readonly Statement[];
}

/** The least rights that the functions of one role need. Grants concern only the buckets that serverless.yml lists. */
export function rightsOf(kind: RoleKind, scope: Omit<Scope, 'sources' | 'destinations'>): Rights {
  if (kind === 'schedule') return schedule(scope);
  const rights = kind === 'engine' ? engine(scope) : kind === 'scan' ? scan(scope) : api(scope.state);
  return { ...rights, state: [...rights.state, ...markerKeys(kind, scope)] };
}

/** All rights of the functions of one role in a single document, however long it is. */
export function policyOf(kind: RoleKind, scope: Scope): PolicyDocument {
  const rights = rightsOf(kind, scope);
  const ofBuckets = [
    ...statementsOf(rights.sources, sourcesOf(kind, scope)),
    ...statementsOf(rights.destinations, scope.destinations),
  ];
  return { version: '2.0', statement: [...ofBuckets, ...rights.state] };
}

/** The sources that a role has rights on; `schedule` has rights only on those with canaries. */
export const sourcesOf = (kind: RoleKind, { sources, canary }: Scope): readonly Place[] =>
  kind === 'schedule' ? (canary?.sources ?? []) : sources;

/** One statement per grant, for all buckets. None without buckets, because CAM refuses an empty list. */
export function statementsOf(grants: readonly Grant[], places: readonly Place[]): Statement[] {
  if (places.length === 0) return [];
  return grants.map(({ actions, path }) =>
    allow(
      actions,
      places.map((place) => resourceOf(place, path)),
    ),
  );
}

/**
 * Work of events and tasks. Only this role copies in parts, ends tasks, and leaves work to scans when a pair is behind.
 */
function engine(scope: Working): Rights {
  const { state } = scope;
  const { state: ofState, ...others } = work(scope, { atDestinations: WRITE_IN_PARTS });
  return {
    ...others,
    state: [
      ...ofState,
      // The record of a canary says that an object below the prefix of canaries is no user's.
      allow(['GetObject'], under(state, [TASKS, CANARIES])),
      allow(['DeleteObject'], under(state, [TASKS, WAITING])),
      allow(['GetObject', 'PutObject'], under(state, [BEHIND])),
    ],
  };
}

/** Actions that only one of the two roles has. */
interface Further {
  readonly everywhere?: readonly string[];
  readonly atDestinations?: readonly string[];
}

function work({ state, peers, acl }: Working, { everywhere = [], atDestinations = [] }: Further): Rights {
  // Rules with `ReplicaAcl` read and write ACLs. In a two-way set-up a version of somebody else that is copied on top
  // of its own stack keeps its ACL, whatever the rules say.
  const ofSource = acl ? ['GetObjectACL'] : [];
  const ofReplica = acl || peers.length > 0 ? ['GetObjectACL', 'PutObjectACL'] : [];
  const others = peers.map((peer) => peer.state).filter((other) => !samePlace(other, state));
  return {
    sources: [{ actions: ['GetBucketObjectVersions', ...everywhere, ...READ, ...ofSource], path: '*' }],
    // DeleteObject: for delete markers, and for replicas of ours that proved surplus or damaged. Reading: for copies
    // within the bucket.
    destinations: [
      {
        actions: [
          'GetBucketVersioning',
          'GetBucketObjectVersions',
          ...everywhere,
          ...READ,
          ...WRITE,
          ...atDestinations,
          ...ofReplica,
          'DeleteObject',
        ],
        path: '*',
      },
    ],
    state: [
      allow(['GetObject'], under(state, [RULES, LEASES, PREFLIGHTS, MARKER_ANSWERS, EXAMINED])),
      // Notes on skipped versions and on destinations, which no function has to remove; and work for later.
      allow(['PutObject'], under(state, [EXAMINED, MARKER_ANSWERS, LIVE, TASKS, WAITING])),
      allow(['PutObject', 'DeleteObject'], under(state, [LEASES, ...(peers.length === 0 ? [] : [MARKS])])),
      listing(state),
      // The records of which deletion a delete marker stands for, in a bucket that another deployment replicates from.
      ...distinctPlaces(others).flatMap((other) => [
        allow(['PutObject', 'DeleteObject'], under(other, [MARKS])),
        listing(other),
      ]),
    ],
  };
}

/** Copies like `task`, but not in parts, and has rights on the state of scans: their progress, and the keys that they proved. */
function scan(scope: Working): Rights {
  const { state } = scope;
  // Used once an hour: the status says which lifecycle rule bounds the versions of each side.
  const { sources, destinations, state: ofState } = work(scope, { everywhere: ['GetBucketLifecycle'] });
  return {
    sources,
    destinations,
    state: [
      ...ofState,
      allow(['GetObject'], under(state, [SCANS, PAIRS, PAUSED, RANGE_LEASES, VERIFIES, FINDINGS])),
      allow(['PutObject'], under(state, [VERIFIES, FINDINGS])),
      allow(['DeleteObject'], under(state, [VERIFYING])),
      allow(['PutObject', 'DeleteObject'], under(state, [SCANS, PAIRS, RANGE_LEASES])),
    ],
  };
}

/**
 * This role starts work and does none. On sources it has rights only on its canaries, where there are any; at
 * destinations only on its own objects.
 */
function schedule({ state, canary, service = '', stage = '' }: Omit<Scope, 'sources' | 'destinations'>): Rights {
  const ofCanary = { actions: ['HeadObject', 'DeleteObject'], path: `${CANARY_PREFIX}*` };
  return {
    sources: canary === undefined ? [] : [{ ...ofCanary, actions: [...ofCanary.actions, 'PutObject'] }],
    destinations: [
      { actions: ['HeadObject', 'GetObject', 'PutObject', 'DeleteObject'], path: `${STATUS_PREFIX}*` },
      ...(canary === undefined ? [] : [ofCanary]),
    ],
    state: [
      allow(
        ['GetObject'],
        under(state, [TASKS, WAITING, LEASES, RULES, PAIRS, ASKED, PAUSED, BEHIND, FINDINGS, LIVE, LIVE_SUMS]),
      ),
      // The status is signed with a key of its own, which cannot sign replication markers.
      allow(['GetObject'], [resourceOf(state, STATUS_KEY)]),
      // A run that tried a task writes the waiting work, and a run that has done a task removes it.
      allow(['PutObject'], under(state, [TASKS, SCANS, PAIRS, BEHIND, FINDINGS, LIVE_SUMS])),
      allow(['DeleteObject'], under(state, [WAITING, SCANS, PAIRS, ASKED, VERIFYING, LIVE])),
      ...(canary === undefined ? [] : [allow(['GetObject', 'PutObject', 'DeleteObject'], under(state, [CANARIES]))]),
      // For the clock of COS: a scan's start must not be later than its listings.
      allow(['HeadObject'], under(state, [RULES])),
      listing(state),
      // To check that the other functions of this deployment exist, may run, and are started by events. An empty
      // account means our own.
      {
        effect: 'allow',
        action: ['name/scf:GetFunction', 'name/scf:GetReservedConcurrencyConfig'],
        resource: [`qcs::scf:${state.region}::namespace/default/function/${service}-${stage}-*`],
      },
    ],
  };
}

/**
 * The marker keys: a function that reads versions has to recognise a replica. Only the person who deploys may change
 * the keys.
 */
function markerKeys(
  kind: RoleKind,
  { state, peers, signers }: Pick<Scope, 'state' | 'peers' | 'signers'>,
): Statement[] {
  const listed = kind === 'engine' || kind === 'scan' ? peers.map((peer) => peer.state) : [];
  // Without the right to list a bucket, COS may answer 403 for a missing object, and it would stay unknown whether the
  // key exists.
  const unlisted = signers.filter((place) => !listed.some((other) => samePlace(place, other)));
  const keys = [state, ...signers].map((place) => allow(['GetObject'], under(place, [MARKER_KEYS])));
  return [...keys, ...unlisted.map(listing)];
}

function api(state: Place): Rights {
  // For the status of an object: its versions, their metadata and tags, never their bytes.
  const look = ['GetBucketVersioning', 'GetBucketObjectVersions', 'HeadObject', 'GetObjectTagging'];
  return {
    // GetBucketReplication: the pre-flight warns of rules of COS's built-in replication, and no function changes them.
    sources: [{ actions: [...look, 'GetBucketReplication'], path: '*' }],
    destinations: [
      { actions: ['HeadBucket', ...look], path: '*' },
      // The pre-flight makes and removes objects of its own, and touches no other.
      { actions: ['GetObject', 'PutObject', 'DeleteObject'], path: `${PREFLIGHT_PREFIX}*` },
    ],
    state: [
      allow(
        ['GetObject'],
        under(state, [
          API_KEYS,
          RULES,
          LEASES,
          TASKS,
          WAITING,
          PAIRS,
          ASKED,
          PAUSED,
          VERIFIES,
          BEHIND,
          FINDINGS,
          LIVE_SUMS,
        ]),
      ),
      allow(['PutObject'], under(state, [RULES, TASKS, PREFLIGHTS, ASKED, PAUSED, VERIFIES, VERIFY_NOTES])),
      allow(['DeleteObject'], under(state, [RULES, WAITING, PAUSED, VERIFIES])),
      // For the clock of COS, read together with the rules that are to be replaced.
      allow(['HeadObject'], under(state, [RULES])),
      listing(state),
    ],
  };
}

/**
 * Listing the state bucket shows names, never content. It is not narrowed to prefixes, because two documents disagree
 * whether COS matches the prefix of a listing against the resource or against a condition.
 */
function listing(state: Place): Statement {
  return allow(['GetBucket'], [resourceOf(state, '*')]);
}

function allow(actions: readonly string[], resource: readonly string[]): Statement {
  return { effect: 'allow', action: actions.map((action) => `name/cos:${action}`), resource };
}

function under(place: Place, prefixes: readonly string[]): string[] {
  return prefixes.map((prefix) => resourceOf(place, `${prefix}*`));
}

function resourceOf(place: Place, path: string): string {
  return `qcs::cos:${place.region}:uid/${appidOf(place.bucket)}:${place.bucket}/${path}`;
}
