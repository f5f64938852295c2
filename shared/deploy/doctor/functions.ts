import type { DeployedFunction, Scf } from '../cloud/scf.ts';
import { desiredFunctions } from '../functions/desired.ts';
import { codeOf, diffFunction } from '../functions/diff.ts';
import { sameAsync, sameReservation } from '../functions/function.ts';
import { leftOverFunctions } from '../functions/left-over.ts';
import { describeTrigger, diffTriggers, readTrigger } from '../functions/triggers.ts';
import type { DesiredFunction } from '../types.ts';
import { broken, DEPLOY, warning, type Check, type Finding } from './types.ts';

/** Checks that every function exists, accepts calls, and has the settings of serverless.yml. */
export const checkFunctions: Check = async ({ settings, scf }) => {
  const findings: Finding[] = [];
  for (const desired of desiredFunctions(settings)) {
    const found = await scf.get(desired.name);
    findings.push(...(found === undefined ? [missing(desired)] : await differences(desired, found, scf)));
  }
  for (const name of await leftOverFunctions(settings, scf)) {
    findings.push(warning(name, 'is left over from a longer list of sources', 'The next deployment removes it.'));
  }
  return findings;
};

const missing = ({ name }: DesiredFunction): Finding => broken(name, 'does not exist', DEPLOY);

async function differences(desired: DesiredFunction, found: DeployedFunction, scf: Scf): Promise<Finding[]> {
  const { name } = desired;
  const findings: Finding[] = [];
  if (found.Status !== 'Active') {
    const reason = found.StatusReasons?.[0]?.ErrorMessage ?? found.StatusDesc;
    const advice = found.Status.endsWith('Failed')
      ? DEPLOY
      : 'Wait until the change has ended, and run this again. If the state stays, deploy again.';
    findings.push(broken(name, `is ${found.Status}, not Active${reason ? `: ${reason}` : ''}`, advice));
  }
  if (found.Runtime !== desired.runtime) {
    findings.push(
      broken(
        name,
        `runs on ${found.Runtime}, not on ${desired.runtime}`,
        'A runtime cannot be changed: set provider.runtime back, or remove the deployment and deploy again.',
      ),
    );
  }
  const settings = diffFunction(desired, codeOf(found) ?? '', found).configuration.filter(
    (setting) => setting !== 'description',
  );
  if (settings.length > 0) {
    findings.push(broken(name, `differs from serverless.yml in ${settings.join(', ')}`, DEPLOY));
  }
  if (!(await sameAsync(desired, scf))) {
    findings.push(warning(name, 'differs from provider.async in how it repeats failed events', DEPLOY));
  }
  if (!(await sameReservation(desired, scf))) {
    findings.push(warning(name, 'differs from serverless.yml in its reserved instances', DEPLOY));
  }
  return findings;
}

/** Checks that all functions run code of one release, that of this folder. */
export const checkCode: Check = async ({ settings, scf, artifactOf }) => {
  const findings: Finding[] = [];
  for (const { name, bundle } of desiredFunctions(settings)) {
    const found = await scf.get(name);
    if (found === undefined) continue;
    const code = codeOf(found);
    if (code === undefined) {
      findings.push(
        broken(name, 'does not say which code it runs: a deployment was interrupted, or others changed it', DEPLOY),
      );
    } else if (code !== (await artifactOf(bundle)).sha256) {
      findings.push(
        warning(name, 'runs other code than that of this folder', 'Deploy again, or check out the deployed release.'),
      );
    }
  }
  return findings;
};

/** Checks that every event has its trigger, and that there are no other triggers. */
export const checkTriggers: Check = async ({ settings, scf }) => {
  const findings: Finding[] = [];
  for (const { name, triggers } of desiredFunctions(settings)) {
    if ((await scf.get(name)) === undefined) continue;
    const { create, remove } = diffTriggers(triggers, await scf.triggers(name));
    const extra = remove.map((listed) => {
      const trigger = readTrigger(listed);
      return trigger === undefined ? listed.TriggerName : describeTrigger(trigger);
    });
    for (const wanted of create.map(describeTrigger)) {
      const off = extra.includes(wanted);
      findings.push(broken(name, `the trigger ${wanted} ${off ? 'is switched off' : 'is missing'}`, DEPLOY));
      if (off) extra.splice(extra.indexOf(wanted), 1);
    }
    for (const trigger of extra) {
      findings.push(
        warning(
          name,
          `has the trigger ${trigger}, which serverless.yml does not list`,
          'The next deployment removes it.',
        ),
      );
    }
  }
  return findings;
};
