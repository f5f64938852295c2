import { checkAccount } from '../commands/deploy.ts';
import { desiredFunctions } from '../functions/desired.ts';
import { countPolicies } from '../roles/own-policies.ts';
import { planRoles } from '../roles/role-plan.ts';
import { CAM_LIMITS } from '../roles/split.ts';
import { broken, DEPLOY, warning, type Check, type Finding } from './types.ts';

/** MB that all functions of a region share in a new account, and the part of it that cannot be reserved. */
const ACCOUNT_MB = 128_000;
const NOT_RESERVABLE_MB = 12_800;
/** Free policies that the account should have: a few more buckets in the lists need this many. */
const SPARE_POLICIES = 20;

/** Checks that the credentials belong to the account of the sources. */
export const checkCredentials: Check = async ({ settings, api }) => {
  await checkAccount(settings, api);
  return [];
};

/** Checks that only the functions can assume the roles, and that these allow exactly the generated rights. */
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
      else if (!sameText) findings.push(broken(subject, 'differs from the generated policy', DEPLOY));
    }
    if (others > 0) {
      findings.push(
        warning(
          `role ${name}`,
          `has ${others} ${others === 1 ? 'policy' : 'policies'} that this service did not make, and the functions have their rights too`,
          'Detach the policies that nobody needs (CAM console, Roles).',
        ),
      );
    }
  }
  return findings;
};

/** Checks that the account has room for reserved instances, and for the next change of the lists. */
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
