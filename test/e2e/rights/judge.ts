import { roleName } from '../../../shared/deploy/config/names.ts';
import { policyOf, type Statement } from '../../../shared/deploy/roles/policies.ts';
import type { RoleKind } from '../../../shared/deploy/types.ts';
import { decide, readPolicy } from '../../cloud/scf/cam-policy.ts';
import { settings, type RightsWorld } from './rights-world.ts';

type Asked = Pick<RightsWorld, 'cloud' | 'asked'>;

/** `GetObject`; `backup/*`. */
const short = (text: string): string =>
  text
    .replace(/^name\/cos:/, '')
    .replace(/^qcs::cos:[^:]+:[^:]+:/, '')
    .replace(/-1250000000\//, '/')
    .replace('crr-dev-gz/', 'state/');

const requestsOf = ({ asked }: Asked, kind: RoleKind): (readonly [action: string, resource: string])[] =>
  [...(asked.get(roleName(settings, kind)) ?? [])].map((line) => {
    const at = line.indexOf(' ');
    return [line.slice(0, at), line.slice(at + 1)];
  });

/** The calls of a role that a policy allows. */
function allowedBy(world: Asked, kind: RoleKind, statement: readonly Statement[]): string[] {
  const account = { appid: world.cloud.appid, uin: world.cloud.uin };
  const read = readPolicy(JSON.stringify({ version: '2.0', statement }), account);
  return requestsOf(world, kind)
    .filter((request) => decide(read, ...request) === 'allow')
    .map((request) => request.map(short).join(' '));
}

/** The calls of a role that its policy does not allow. */
export function refused(world: Asked, kind: RoleKind): string[] {
  const allowed = new Set(allowedBy(world, kind, policyOf(kind, settings).statement));
  return requestsOf(world, kind)
    .map((request) => request.map(short).join(' '))
    .filter((request) => !allowed.has(request));
}

/** Each action of each statement on each of its resources, with the statements that are left without it. */
function partsOf(kind: RoleKind): { readonly name: string; readonly left: readonly Statement[] }[] {
  const { statement: all } = policyOf(kind, settings);
  return all.flatMap((statement, index) => {
    const others = all.filter((_, at) => at !== index);
    return statement.action.flatMap((action) =>
      statement.resource.map((resource) => ({
        name: `${kind}: ${short(action)} ${short(resource)}`,
        left: [
          ...others,
          { ...statement, action: statement.action.filter((one) => one !== action) },
          { ...statement, action: [action], resource: statement.resource.filter((one) => one !== resource) },
        ].filter((one) => one.action.length > 0 && one.resource.length > 0),
      })),
    );
  });
}

/** The parts without which every call would still be allowed. */
export function unneeded(world: Asked, kind: RoleKind): string[] {
  const before = allowedBy(world, kind, policyOf(kind, settings).statement).length;
  return partsOf(kind)
    .filter(({ left }) => allowedBy(world, kind, left).length === before)
    .map(({ name }) => name);
}
