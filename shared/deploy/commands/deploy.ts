import type COS from 'cos-nodejs-sdk-v5';
import { formatPlace } from '../../cos/index.ts';
import type { Cos } from '../../cos/index.ts';
import { ensureStatusKey } from '../../beacon/index.ts';
import { ensureMarkerKey } from '../../identity/index.ts';
import { CloudApiError } from '../cloud/cloud-api.ts';
import type { CloudApi } from '../cloud/cloud-api.ts';
import { checkConflicts } from '../functions/conflicts.ts';
import { desiredFunctions } from '../functions/desired.ts';
import { DeployError } from '../error.ts';
import { storedRules } from '../../rules/index.ts';
import { checkRuntimes, deployFunction } from '../functions/function.ts';
import { applyDomains, planDomains, removeDomains } from '../domains/domains.ts';
import { leftOverFunctions } from '../functions/left-over.ts';
import { planRoles } from '../roles/role-plan.ts';
import { applyRole } from '../roles/roles.ts';
import type { Change } from '../roles/roles.ts';
import { keepLogs, readTopic } from '../cloud/log-topic.ts';
import type { Scf } from '../cloud/scf.ts';
import { ensureStateBucket, examineBucket } from '../cloud/state-bucket.ts';
import { creation, deletion, describeTrigger, diffTriggers, urlOf } from '../functions/triggers.ts';
import type { TriggerDiff } from '../functions/triggers.ts';
import type { Artifact, DesiredFunction, Settings, Trigger } from '../types.ts';

/** The clients through which a deployment calls the cloud; tests pass their own. */
export interface Cloud {
  readonly api: CloudApi;
  readonly scf: Scf;
  readonly sdk: COS;
  /** Writes the secrets of the deployment, which are never printed. */
  readonly cos: Pick<Cos, 'getObject' | 'putObject'>;
  /** Cryptographically random bytes. */
  readonly random: (bytes: number) => Uint8Array;
}

export interface Reporter {
  /** Prints one line of results for a person. */
  line(text: string): void;
  warn(text: string): void;
}

const WARNINGS = {
  missing: 'does not exist: create it, with versioning, before you set a rule.',
  unversioned: 'has no versioning: enable it before you set a rule.',
  forbidden: 'cannot be read with these credentials: make sure that it exists and has versioning.',
} as const;

export interface DeployOptions {
  /** Recreates functions whose runtime differs. Without it, the deployment ends before anything is changed. */
  readonly recreate?: boolean;
}

/**
 * Brings the cloud to the state that serverless.yml describes. It can be run again at any time: it changes only parts
 * that differ, and completes an interrupted deployment. Throws `DeployError` or `CloudApiError`.
 */
export async function deploy(
  settings: Settings,
  cloud: Cloud,
  artifactOf: (bundle: string) => Promise<Artifact>,
  report: Reporter,
  { recreate = false }: DeployOptions = {},
): Promise<void> {
  const functions = desiredFunctions(settings);
  await checkAccount(settings, cloud.api);

  await examineBuckets(settings, cloud.sdk, report);
  const replaced = await checkRuntimes(functions, cloud.scf, recreate);
  const leftOver = await leftOverFunctions(settings, cloud.scf);
  await checkConflicts(functions, leftOver, cloud.scf);
  const served = { wanted: settings.domains, function: servedBy(functions) };
  const domains = await planDomains(cloud.api, served);
  const { logs } = settings;
  if (logs !== undefined) await readTopic(cloud.api, logs);
  // Before anything is made: a deployment ends here if CAM has no room for its policies.
  const roles = await planRoles(cloud.api, settings);
  await checkAcl(settings, cloud.cos);
  const state = await ensureStateBucket(cloud.sdk, settings.state);
  report.line(`state bucket ${settings.state.bucket}: ${state}`);
  if (logs !== undefined) report.line(`log topic ${logs.topic}: ${await keepLogs(cloud.api, logs)}`);
  // Before the functions: they cannot write a replica without the key.
  const isNew = await ensureMarkerKey({ cos: cloud.cos, state: settings.state, random: cloud.random });
  report.line(`marker key: ${isNew ? 'created' : 'unchanged'}`);
  const status = await ensureStatusKey({ cos: cloud.cos, state: settings.state });
  // The secret half stays on the state bucket. A reader who has lost that region needs the public half.
  report.line(`status key ${status.publicKey}: ${status.isNew ? 'created' : 'unchanged'}`);
  for (const plan of roles) {
    const extent = plan.policies === 1 ? '' : ` (${plan.policies} policies)`;
    report.line(`role ${plan.name}${extent}: ${await applyRole(cloud.api, plan)}`);
    if (plan.others > 0) {
      report.warn(
        `role ${plan.name} has ${plan.others} policies that this service did not make: they stay, and the functions have their rights too.`,
      );
    }
  }

  for (const name of replaced) {
    report.warn(`${name} is recreated for its runtime: the next scan finds the versions of missed events.`);
  }
  const all = [...domains.update.map(({ wanted }) => wanted), ...domains.unchanged].map(({ name }) => name);
  // The platform keeps a function URL while a domain leads to it.
  const release = (): Promise<void> => removeDomains(cloud.api, all.splice(0), report);
  for (const name of domains.left) {
    report.warn(`domain ${name} leads to the API and stays: "domains: []" in serverless.yml removes it.`);
  }
  await removeDomains(cloud.api, domains.remove, report);
  if (replaced.includes(served.function)) await release();
  const changes = await together(
    functions.map(async (desired) => deployFunction(desired, await artifactOf(desired.bundle), cloud.scf, recreate)),
  );
  for (const name of leftOver) {
    await cloud.scf.remove(name);
    report.line(`${name}: removed`);
  }
  const diffs = await deployTriggers(functions, cloud.scf, release);
  functions.forEach((desired, index) => {
    const { create, remove } = diffs[index] ?? { create: [], remove: [] };
    const change = changes[index];
    const moved = create.length + remove.length > 0;
    const result: Change | undefined = change === 'unchanged' && moved ? 'updated' : change;
    report.line(`${desired.name}: ${result}`);
  });
  for (const { name, triggers } of functions) {
    if (!triggers.some(({ type }) => type === 'http')) continue;
    const url = (await cloud.scf.triggers(name)).map(urlOf).find((address) => address !== undefined);
    if (url !== undefined) report.line(`function URL: ${url}`);
  }
  // Without a domain nothing has to be compared again.
  if (settings.domains !== undefined && settings.domains.length > 0)
    await applyDomains(cloud.api, await planDomains(cloud.api, served), report);
}

/** Name of the function with the function URL; '' when serverless.yml has none. */
export function servedBy(functions: readonly DesiredFunction[]): string {
  return functions.find(({ triggers }) => triggers.some(({ type }) => type === 'http'))?.name ?? '';
}

/** Ends a deployment that would remove rights which a stored rule needs. Throws `DeployError`. */
async function checkAcl({ acl, sources, state }: Settings, cos: Cloud['cos']): Promise<void> {
  if (acl) return;
  for (const source of sources) {
    // A first deployment has no state bucket yet. Unreadable rules are reported elsewhere.
    const rules = await storedRules({ cos, state }, source).catch(() => undefined);
    const sharing = rules?.rules.find(({ replicaAcl }) => replicaAcl);
    if (sharing === undefined) continue;
    throw new DeployError(
      `The rule ${sharing.id} of ${source.bucket} has ReplicaAcl, which needs rights on the ACLs of objects: take acl: false out of serverless.yml, or ReplicaAcl out of the rule, then deploy again.`,
      'ACL_NEEDED',
    );
  }
}

/** All deletions come first: a trigger that moves to another function is refused while the old one exists. */
async function deployTriggers(
  functions: readonly DesiredFunction[],
  scf: Scf,
  release: () => Promise<void>,
): Promise<TriggerDiff[]> {
  const diffs = await together(
    functions.map(async ({ name, triggers }) => diffTriggers(triggers, await scf.triggers(name))),
  );
  for (const [index, { name }] of functions.entries()) {
    for (const listed of diffs[index]?.remove ?? []) {
      if (listed.Type === 'http') await release();
      await scf.call('DeleteTrigger', name, deletion(listed));
    }
  }
  for (const [index, { name }] of functions.entries()) {
    for (const trigger of diffs[index]?.create ?? []) await createTrigger(trigger, name, scf);
  }
  return diffs;
}

async function createTrigger(trigger: Trigger, name: string, scf: Scf): Promise<void> {
  try {
    await scf.call('CreateTrigger', name, creation(trigger));
  } catch (error) {
    // COS sends an event of a bucket to one function only. It does not document the error code, so the cloud's own
    // words stay in the message.
    const refused =
      error instanceof CloudApiError &&
      /^(ResourceInUse|FailedOperation|InvalidParameter|LimitExceeded)/.test(error.code);
    if (!refused || trigger.type !== 'cos') throw error;
    throw new DeployError(
      `The trigger "${describeTrigger(trigger)}" was refused: ${error.message}. COS hands an event of a bucket to one function only. If another stage of this service, another function or another product listens to this event of ${trigger.bucket}, delete that trigger (COS console: the bucket's function computing page) or take the bucket out of sources, then deploy again.`,
      'TRIGGER_REFUSED',
      error,
    );
  }
}

/**
 * A missing source ends the deployment before anything is made, because COS accepts no trigger on it. Other faults can
 * be mended later; until then a rule is refused.
 */
async function examineBuckets(settings: Settings, sdk: COS, report: Reporter): Promise<void> {
  for (const place of [...settings.sources, ...settings.destinations]) {
    const state = await examineBucket(sdk, place);
    const bucket = formatPlace(place);
    if (state === 'missing' && settings.sources.includes(place)) {
      throw new DeployError(
        `The source bucket ${bucket} does not exist: create it, with versioning, or correct sources in serverless.yml.`,
        'SOURCE_MISSING',
      );
    }
    if (state !== 'ready') report.warn(`${bucket} ${WARNINGS[state]}`);
  }
}

/**
 * Throws `DeployError` when the credentials belong to another account: the functions would be made in one account and
 * their triggers in another.
 */
export async function checkAccount(settings: Settings, api: CloudApi): Promise<void> {
  const { AppId } = await api.call<{ AppId: number | string }>('cam', 'GetUserAppId', {});
  if (String(AppId) === settings.appid) return;
  throw new DeployError(
    `The credentials belong to account ${AppId}, but the sources to ${settings.appid}: use an API key of that account, or correct sources in serverless.yml.`,
    'WRONG_ACCOUNT',
  );
}

/** Waits for all before it fails, so that nothing continues in the background after an error was reported. */
async function together<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(work);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
