import type { CloudApi } from '../cloud/cloud-api.ts';
import { DeployError } from '../error.ts';
import { numbered, roleName } from '../config/names.ts';
import { countPolicies, MARK, readRole } from './own-policies.ts';
import type { ExistingRole, OwnPolicy } from './own-policies.ts';
import { TRUST_POLICY } from './policies.ts';
import type { PolicyDocument } from './policies.ts';
import { bucketsThatFit, CAM_LIMITS, policiesOf } from './split.ts';
import { ROLE_KINDS } from '../types.ts';
import type { RoleKind, Settings } from '../types.ts';

const ADVICE = 'Delete that role (CAM console, Roles) or change service or stage in serverless.yml, then deploy again.';
const SPLIT = 'split the buckets over several deployments (stages)';

/** The change of one policy of a role; `done`: no change. */
export interface Step {
  readonly name: string;
  /** Undefined when the policy has to be made. */
  readonly own: OwnPolicy | undefined;
  /** Undefined when the policy has to be removed. */
  readonly document: PolicyDocument | undefined;
  readonly sameText: boolean;
}

/** One role and its policies, with the changes that they need. */
export interface RolePlan {
  readonly name: string;
  readonly exists: boolean;
  /** Number of policies after the change. */
  readonly policies: number;
  /** Number of attached policies that this service did not make; they stay. */
  readonly others: number;
  /** The changes, in their required order. */
  readonly steps: readonly Step[];
}

/** Reads all roles and changes nothing. Throws `DeployError` when CAM has no room for their policies. */
export async function planRoles(api: CloudApi, settings: Settings): Promise<RolePlan[]> {
  const plans: RolePlan[] = [];
  for (const kind of ROLE_KINDS) plans.push(await planRole(api, kind, settings));
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
  const { role, own, taken, others } = await readRole(api, name);
  if (role !== undefined) checkRole(name, role);
  // Policies of others on a role with policies of ours were attached for the functions. On a role without any of ours
  // they were not.
  if (role !== undefined && others > 0 && !own.some(({ attached }) => attached)) {
    throw new DeployError(
      `The CAM role ${name} has policies of others and none of this service, so the functions would get rights that nobody gave them. ${ADVICE}`,
      'ROLE_NAME_TAKEN',
    );
  }
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
  return { name, exists: role !== undefined, policies: wanted.size, others, steps: inOrder(pending) };
}

/** A role that others made, or that others may assume, would give them our rights. Throws `DeployError`. */
function checkRole(name: string, { description, trust }: ExistingRole): void {
  if (!description.startsWith(MARK)) {
    throw new DeployError(`The CAM role ${name} was not made by this service. ${ADVICE}`, 'ROLE_NAME_TAKEN');
  }
  if (!sameTrust(trust)) {
    throw new DeployError(
      `The CAM role ${name} may be taken by others than the functions: its trust policy was changed. ${ADVICE}`,
      'ROLE_TRUST_CHANGED',
    );
  }
}

/** CAM returns the document with other spaces and in another order, and lists of one as text or list. */
function sameTrust(text: string): boolean {
  const normal = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.length === 1 ? normal(value[0]) : value.map(normal);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([k, v]) => [k, normal(v)]),
    );
  };
  try {
    return JSON.stringify(normal(JSON.parse(text))) === JSON.stringify(normal(TRUST_POLICY));
  } catch {
    return false;
  }
}

/** CAM returns the document as text, with other spaces. A text that is not JSON is certainly not ours: ''. */
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
  /** `grantsOf` the current text of the policy. */
  readonly before: ReadonlySet<string>;
}

/**
 * A bucket that moves between policies is written to the new one before it is removed from the old one, so that the
 * functions keep their rights. Where policies exchange buckets there is no such order; the failed events are then
 * repeated.
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

/** A statement as somebody else may have written it: CAM accepts a text for a list of one. */
interface AnyStatement {
  readonly action?: string | readonly string[];
  readonly resource?: string | readonly string[];
}

/** Every pair of action and resource in a document, as text; `''` when it grants nothing. */
function grantsOf(text: string): Set<string> {
  if (text === '') return new Set();
  const { statement = [] } = JSON.parse(text) as { readonly statement?: AnyStatement | readonly AnyStatement[] };
  const grants = [statement].flat().flatMap(({ action = [], resource = [] }) => {
    const places = [resource].flat();
    return [action].flat().flatMap((verb) => places.map((place) => `${verb} ${place}`));
  });
  return new Set(grants);
}
