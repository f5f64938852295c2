import { randomBytes } from 'node:crypto';
import { localAddress } from '../cloud/local-address.ts';
import { deploy, type Cloud } from '../commands/deploy.ts';
import { formatInfo, readInfo } from '../commands/info.ts';
import { askToPurge, purge } from '../commands/purge.ts';
import { remove } from '../commands/remove.ts';
import { checkDropped, checkIdle, readProgress } from '../commands/stops.ts';
import type { Context } from '../context.ts';
import { bundleOf, desiredFunctions } from '../functions/desired.ts';
import type { Artifact } from '../types.ts';
import type { Hooks } from './types.ts';

/** The commands that make, show and remove a deployment. */
export function deploymentHooks(context: Context): Hooks {
  return {
    'before:package:createDeploymentArtifacts': () => packageFunctions(context),
    'deploy:apply': () => deployAll(context),
    'info:show': () => info(context),
    'remove:take': () => removeAll(context),
  };
}

async function packageFunctions(context: Context): Promise<void> {
  const { serverless, print } = context;
  const settings = context.settings();
  // Wrong settings fail here, before anything is compiled.
  desiredFunctions(settings);
  const bundles = await context.bundles(settings.functions.map(bundleOf));
  for (const declared of settings.functions) {
    const bundle = bundles.get(bundleOf(declared));
    if (bundle === undefined) continue;
    const entry = serverless.service.functions[declared.key];
    if (entry !== undefined) entry.package = { individually: true, artifact: bundle.zipPath };
    print(`packaged ${bundle.name}: ${(bundle.size / 1000).toFixed(1)} kB`);
  }
}

async function deployAll(context: Context): Promise<void> {
  const settings = context.settings();
  const artifacts = new Map<string, Promise<Artifact>>();
  const artifact = (bundle: string): Promise<Artifact> => {
    const found = artifacts.get(bundle) ?? context.artifact(bundle);
    artifacts.set(bundle, found);
    return found;
  };
  const cos = context.cos();
  if (!context.flag('force')) checkDropped(await readProgress(cos, settings.state), settings);
  const cloud: Cloud = { ...context.platform(), sdk: await context.sdk(), cos, random: randomBytes };
  const progress = context.writers.progress.create({ message: `Deploying to ${settings.region}` });
  try {
    await deploy(settings, cloud, artifact, context.report, { recreate: context.flag('recreate') });
  } finally {
    progress.remove();
  }
  const { functions } = await readInfo(settings, cloud);
  const url = functions.map((one) => one.url).find((address) => address !== undefined);
  const here = url === undefined ? undefined : await localAddress(settings.endpoint, url);
  if (here !== undefined) context.print(`on this local cloud: ${here}`);
}

async function removeAll(context: Context): Promise<void> {
  const settings = context.settings();
  const { state } = settings;
  const cos = context.cos();
  if (!context.flag('force')) checkIdle(await readProgress(cos, state));
  const purges = context.flag('purge');
  if (purges) await askToPurge(state, context.text('confirm'));
  await remove(settings, context.platform(), context.report, { keepState: !purges });
  if (purges) await purge(state, { cos, sdk: await context.sdk(), report: context.report });
}

async function info(context: Context): Promise<void> {
  const settings = context.settings();
  const found = await readInfo(settings, context.platform());
  const url = found.functions.map((one) => one.url).find((address) => address !== undefined);
  const here = url === undefined ? undefined : await localAddress(settings.endpoint, url);
  const whole = { ...found, ...(here === undefined ? {} : { localAddress: here }) };
  context.print(context.flag('json') ? JSON.stringify(whole) : formatInfo(whole));
}
