import type { Place } from '../../cos/index.ts';
import { policyOf, rightsOf, sourcesOf, statementsOf } from './policies.ts';
import type { Grant, PolicyDocument, Scope, Statement } from './policies.ts';
import type { RoleKind } from '../types.ts';

/**
 * The limits of CAM: characters of a policy, policies on a role, custom policies of an account. See "Use Limits",
 * tencentcloud.com/document/product/598/10609; the second also under AttachmentFull,
 * cloud.tencent.com/document/api/598/13884. Names may have 128 characters (CreatePolicy,
 * cloud.tencent.com/document/product/598/34578). Ours stay below, because a function's name, which also begins with
 * service and stage, ends at 60.
 */
export const CAM_LIMITS = { characters: 6144, perRole: 200, perAccount: 1500 } as const;

/** One of the policies of a role. `index` makes its name: `<role>`, `<role>-2`, `<role>-3`, … */
export interface RolePolicy {
  readonly index: number;
  readonly document: PolicyDocument;
}

/**
 * The policies of a role: one, or as many as CAM's limit on a document requires. Then odd ones hold the sources and
 * even ones the destinations, both in the order of their list. So buckets added at the end of a list move no others,
 * and numbers are left out when one list is much longer. Together the policies allow exactly the same as a single one
 * would. Pure.
 */
export function policiesOf(kind: RoleKind, scope: Scope): RolePolicy[] {
  const whole = policyOf(kind, scope);
  if (fits(whole)) return [{ index: 0, document: whole }];
  const { sources, destinations, state } = rightsOf(kind, scope);
  return [
    ...split(sourcesOf(kind, scope), sources, state).map((document, at) => ({ index: 2 * at, document })),
    ...split(scope.destinations, destinations, []).map((document, at) => ({ index: 2 * at + 1, document })),
  ].toSorted((a, b) => a.index - b.index);
}

/** The number of buckets at the head of both lists that fit into this many policies. */
export function bucketsThatFit(kind: RoleKind, scope: Scope, policies: number): number {
  const needed = (count: number): number => {
    const [sources, destinations] = [scope.sources.slice(0, count), scope.destinations.slice(0, count)];
    return policiesOf(kind, { ...scope, sources, destinations }).length;
  };
  let [fit, tooMany] = [0, Math.max(scope.sources.length, scope.destinations.length) + 1];
  while (tooMany - fit > 1) {
    const middle = Math.floor((fit + tooMany) / 2);
    if (needed(middle) <= policies) fit = middle;
    else tooMany = middle;
  }
  return fit;
}

/** Puts as many buckets into each document as fit. The first one has further statements. */
function split(places: readonly Place[], grants: readonly Grant[], first: readonly Statement[]): PolicyDocument[] {
  const groups: Place[][] = [[]];
  const build = (group: readonly Place[], at: number): PolicyDocument => ({
    version: '2.0',
    statement: [...statementsOf(grants, group), ...(at === 0 ? first : [])],
  });
  for (const place of places) {
    const group = groups.at(-1) ?? [];
    if (fits(build([...group, place], groups.length - 1))) group.push(place);
    else groups.push([place]);
  }
  return groups.map(build).filter(({ statement }) => statement.length > 0);
}

function fits(document: PolicyDocument): boolean {
  return JSON.stringify(document).length <= CAM_LIMITS.characters;
}
