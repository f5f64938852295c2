import type { CloudApi } from '../cloud/cloud-api.ts';
import { DeployError } from '../error.ts';
import { numbered, roleName } from '../config/names.ts';
import { countPolicies, readRole } from './own-policies.ts';
import type { OwnPolicy } from './own-policies.ts';
import type { PolicyDocument } from './policies.ts';
import { bucketsThatFit, CAM_LIMITS, policiesOf } from './split.ts';
import type { RoleKind, Settings } from '../types.ts';

const ROLES: readonly RoleKind[] = ['engine', 'api'];
const SPLIT = 'split the buckets over several deployments (stages)';

/** What to do about one policy of a role; nothing when it is `done`. */
export interface Step {
  readonly name: string;
  /** Undefined for one that has to be made. */
  readonly own: OwnPolicy | undefined;
  /** Undefined for one to take away. */
  readonly document: PolicyDocument | undefined;
  readonly sameText: boolean;
}

/** One role and its policies, and what has to be done for them. */
export interface RolePlan {
  readonly name: string;
  readonly exists: boolean;
  /** How many it will have. */
  readonly policies: number;
  /** In the order to be kept. */
  readonly steps: readonly Step[];
}

/** Looks at both roles and changes nothing. Throws `DeployError` when CAM could not hold what they need. */
export async function planRoles(api: CloudApi, settings: Settings): Promise<RolePlan[]> {
  const plans: RolePlan[] = [];
  for (const kind of ROLES) plans.push(await planRole(api, kind, settings));
  const more = plans.flatMap(({ steps }) => steps).filter(({ own }) => own === undefined).length;
  const present = more === 0 ? 0 : await countPolicies(api);
  if (present + more > CAM_LIMITS.perAccount) {
    throw new DeployError(
      `This deployment needs ${more} more CAM policies, but the account has ${present} of at most ${CAM_LIMITS.perAccount}: delete custom policies that nobody uses, then deploy again.`,
      'ACCOUNT_FULL_OF_POLICIES',
    );
  }
  return plans;
}

async function planRole(api: CloudApi, kind: RoleKind, settings: Settings): Promise<RolePlan> {
  const name = roleName(settings, kind);
  const { exists, own, taken, others } = await readRole(api, name);
  const wanted = new Map(policiesOf(kind, settings).map(({ index, document }) => [numbered(name, index), document]));
  const theirs = taken.find((candidate) => wanted.has(candidate));
  if (theirs !== undefined) {
    throw new DeployError(
      `The CAM policy ${theirs} was not made by this service, which needs one of that name: rename or delete it, or change service or stage in serverless.yml.`,
      'POLICY_NAME_TAKEN',
    );
  }
  const room = CAM_LIMITS.perRole - others;
  if (wanted.size > room) {
    const { sources, destinations } = settings;
    throw new DeployError(
      `The role ${name} needs ${wanted.size} policies for ${sources.length} sources and ${destinations.length} destinations, but CAM attaches ${CAM_LIMITS.perRole} to a role${others === 0 ? '' : `, ${others} of which are taken by others`}: the first ${bucketsThatFit(kind, settings, room)} of each list would fit. Shorten the lists in serverless.yml or ${SPLIT}.`,
      'TOO_MANY_POLICIES',
    );
  }

  const pending: Pending[] = [];
  for (const policy of own) {
    const text = await documentText(api, policy);
    const document = wanted.get(policy.name);
    const sameText = document !== undefined && text === JSON.stringify(document);
    pending.push({ step: { name: policy.name, own: policy, document, sameText }, before: grantsOf(text) });
  }
  for (const [policy, document] of wanted) {
    if (own.some((present) => present.name === policy)) continue;
    pending.push({ step: { name: policy, own: undefined, document, sameText: false }, before: new Set() });
  }
  return { name, exists, policies: wanted.size, steps: inOrder(pending) };
}

/** CAM gives the document back as text, with spaces of its own. One that is not JSON is certainly not ours: ''. */
async function documentText(api: CloudApi, policy: OwnPolicy): Promise<string> {
  const { PolicyDocument } = await api.call<{ PolicyDocument: string }>('cam', 'GetPolicy', { PolicyId: policy.id });
  try {
    return JSON.stringify(JSON.parse(PolicyDocument));
  } catch {
    return '';
  }
}

interface Pending {
  readonly step: Step;
  /** `grantsOf` what the policy says now. */
  readonly before: ReadonlySet<string>;
}

/**
 * A bucket that moves from one policy to another is written there before it is taken out here, so the functions do not lose
 * it in between. Where policies exchange buckets there is no such order; then the failed events are repeated.
 */
function inOrder(pending: readonly Pending[]): Step[] {
  const waiting = pending.map(({ step, before }) => {
    const after = grantsOf(step.document === undefined ? '' : JSON.stringify(step.document));
    return { step, lost: [...before].filter((grant) => !after.has(grant)), gained: difference(after, before) };
  });
  const steps: Step[] = [];
  while (waiting.length > 0) {
    const free = waiting.findIndex(
      ({ lost }) => !lost.some((grant) => waiting.some(({ gained }) => gained.has(grant))),
    );
    const [next] = waiting.splice(Math.max(0, free), 1);
    if (next !== undefined) steps.push(next.step);
  }
  return steps;
}

function difference(after: ReadonlySet<string>, before: ReadonlySet<string>): Set<string> {
  return new Set([...after].filter((grant) => !before.has(grant)));
}

/** A statement as somebody else may have written it: CAM takes a text for a list of one. */
interface AnyStatement {
  readonly action?: string | readonly string[];
  readonly resource?: string | readonly string[];
}

/** Every pair of action and resource in a document; its text is `''` when it says nothing. */
function grantsOf(text: string): Set<string> {
  if (text === '') return new Set();
  const { statement = [] } = JSON.parse(text) as { readonly statement?: AnyStatement | readonly AnyStatement[] };
  const grants = [statement].flat().flatMap(({ action = [], resource = [] }) => {
    const places = [resource].flat();
    return [action].flat().flatMap((verb) => places.map((place) => `${verb} ${place}`));
  });
  return new Set(grants);
}
