import { checkAccount } from '../commands/deploy.ts';
import { desiredFunctions } from '../functions/desired.ts';
import { countPolicies } from '../roles/own-policies.ts';
import { planRoles } from '../roles/role-plan.ts';
import { CAM_LIMITS } from '../roles/split.ts';
import { broken, DEPLOY, warning, type Check, type Finding } from './types.ts';

/** MB of all functions of a region together that an account has at first, and how much of it cannot be reserved. */
const ACCOUNT_MB = 128_000;
const NOT_RESERVABLE_MB = 12_800;
/** Policies of the account that should be free: a few more buckets in the lists take as many. */
const SPARE_POLICIES = 20;

/** The credentials are of the account that the sources belong to. */
export const checkCredentials: Check = async ({ settings, api }) => {
  await checkAccount(settings, api);
  return [];
};

/** The roles can be taken by the functions alone, and allow what was generated: no less and no more. */
export const checkRoles: Check = async ({ settings, api }) => {
  const findings: Finding[] = [];
  for (const { name, exists, steps, others } of await planRoles(api, settings)) {
    if (!exists) {
      findings.push(broken(`role ${name}`, 'does not exist', DEPLOY));
      continue;
    }
    for (const { name: policy, own, document, sameText } of steps) {
      const subject = `policy ${policy}`;
      if (document === undefined)
        findings.push(warning(subject, 'is not needed any more', 'The next deployment removes it.'));
      else if (own === undefined) findings.push(broken(subject, 'does not exist', DEPLOY));
      else if (!own.attached) findings.push(broken(subject, `is not attached to the role ${name}`, DEPLOY));
      else if (!sameText) findings.push(broken(subject, 'allows something else than was generated', DEPLOY));
    }
    if (others > 0) {
      findings.push(
        warning(
          `role ${name}`,
          `has ${others} ${others === 1 ? 'policy' : 'policies'} that this service did not make, and the functions may do what they allow`,
          'Detach what nobody needs (CAM console, Roles).',
        ),
      );
    }
  }
  return findings;
};

/** There is room for what is reserved, and for the next change of the lists. */
export const checkQuotas: Check = async ({ settings, api }) => {
  const findings: Finding[] = [];
  const reserved = desiredFunctions(settings).reduce((sum, { reservedMemory = 0 }) => sum + reservedMemory, 0);
  if (reserved > ACCOUNT_MB - NOT_RESERVABLE_MB) {
    findings.push(
      warning(
        'reserved instances',
        `take ${reserved} MB, and an account can reserve ${ACCOUNT_MB - NOT_RESERVABLE_MB} MB of its ${ACCOUNT_MB} MB unless its quota was raised`,
        'Lower instances or memory of functions in serverless.yml, or have the quota of the region raised.',
      ),
    );
  }
  const policies = await countPolicies(api);
  if (policies > CAM_LIMITS.perAccount - SPARE_POLICIES) {
    findings.push(
      warning(
        'CAM policies',
        `${policies} of at most ${CAM_LIMITS.perAccount} are in use`,
        'Delete custom policies that nobody uses before buckets are added.',
      ),
    );
  }
  return findings;
};
