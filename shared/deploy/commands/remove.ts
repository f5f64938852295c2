import type { CloudApi } from '../cloud/cloud-api.ts';
import { desiredFunctions } from '../functions/desired.ts';
import { planDomains, removeDomains } from '../domains/domains.ts';
import { servedBy, type Reporter } from './deploy.ts';
import { leftOverFunctions } from '../functions/left-over.ts';
import { roleName } from '../config/names.ts';
import { removeRole } from '../roles/roles.ts';
import type { Scf } from '../cloud/scf.ts';
import { deletion } from '../functions/triggers.ts';
import { ROLE_KINDS } from '../types.ts';
import type { Settings } from '../types.ts';

/**
 * Removes everything that a deployment made, except the state bucket. The bucket holds the rules, the API keys and open
 * work, and a new deployment continues with them.
 */
export async function remove(
  settings: Settings,
  cloud: { readonly api: CloudApi; readonly scf: Scf },
  report: Reporter,
  { keepState = true }: { readonly keepState?: boolean } = {},
): Promise<void> {
  const { api, scf } = cloud;
  // From the highest number down, so that an interrupted removal leaves no gap in the numbers.
  const leftOver = (await leftOverFunctions(settings, scf)).toReversed();
  const desired = desiredFunctions(settings);
  const declared = desired.map(({ name }) => name);
  const domains = await planDomains(api, { wanted: [], function: servedBy(desired) });
  await removeDomains(api, domains.remove, report);
  for (const name of [...leftOver, ...declared]) {
    if ((await scf.get(name)) === undefined) {
      report.line(`${name}: not there`);
      continue;
    }
    for (const listed of await scf.triggers(name)) await scf.call('DeleteTrigger', name, deletion(listed));
    await scf.remove(name);
    report.line(`${name}: removed`);
  }
  for (const kind of ROLE_KINDS) {
    const name = roleName(settings, kind);
    report.line(`role ${name}: ${(await removeRole(api, name)) ? 'removed' : 'not there'}`);
  }
  if (!keepState) return;
  report.line(
    `state bucket ${settings.state.bucket}: kept, with rules, API keys and pending work; "npx serverless remove --purge" deletes it.`,
  );
}
