import { configurationOf, diffFunction } from './diff.ts';
import { DeployError } from '../error.ts';
import type { Change } from '../roles/roles.ts';
import type { DeployedFunction, Scf } from '../cloud/scf.ts';
import type { Artifact, AsyncSettings, DesiredFunction } from '../types.ts';

/**
 * Most bytes of base64 in UpdateFunctionCode. Our zips are below half a megabyte, so none is uploaded through a bucket.
 */
const INLINE_LIMIT = 20 * 1024 * 1024;

/** Makes or updates one function, without its triggers. */
export async function deployFunction(
  desired: DesiredFunction,
  artifact: Artifact,
  scf: Scf,
  recreate = false,
): Promise<Change> {
  const existing = await usable(desired, scf, recreate);
  const created = existing === undefined;
  let changed = created;
  if (created) {
    await scf.call('CreateFunction', desired.name, {
      Type: 'Event',
      Handler: desired.handler,
      Code: { ZipFile: inline(artifact) },
      ...configurationOf(desired, artifact.sha256),
    });
    await scf.active(desired.name);
  } else {
    changed = await update(desired, artifact, existing, scf);
  }
  changed = (await setAsync(desired, scf)) || changed;
  changed = (await setReservation(desired, scf)) || changed;
  if (created) return 'created';
  return changed ? 'updated' : 'unchanged';
}

/** The existing function, in a state that accepts changes; undefined when it has to be made. */
async function usable(desired: DesiredFunction, scf: Scf, recreate: boolean): Promise<DeployedFunction | undefined> {
  let found = await scf.get(desired.name);
  if (found === undefined) return undefined;
  if (found.Status === 'CreateFailed') {
    // Such a function accepts no change.
    await scf.remove(desired.name);
    return undefined;
  }
  if (found.Status !== 'Active') found = await scf.active(desired.name);
  if (found.Runtime !== desired.runtime) {
    if (!recreate) throw runtimeChanged(desired, found);
    await scf.remove(desired.name);
    return undefined;
  }
  return found;
}

/**
 * Names of the functions that exist with another runtime. Throws `DeployError` for the first one unless they may be
 * recreated: the platform does not change a runtime.
 */
export async function checkRuntimes(
  functions: readonly DesiredFunction[],
  scf: Scf,
  recreate: boolean,
): Promise<readonly string[]> {
  const others: string[] = [];
  for (const desired of functions) {
    const found = await scf.get(desired.name);
    if (found === undefined || found.Status === 'CreateFailed' || found.Runtime === desired.runtime) continue;
    if (!recreate) throw runtimeChanged(desired, found);
    others.push(desired.name);
  }
  return others;
}

function runtimeChanged(desired: DesiredFunction, found: DeployedFunction): DeployError {
  return new DeployError(
    `${desired.name} runs on ${found.Runtime}, and the runtime of a function cannot be changed to ${desired.runtime}: set provider.runtime back, or let "npx serverless deploy --recreate" make the functions anew. Rules, keys and pending work stay; the function URL changes.`,
    'RUNTIME_CHANGED',
  );
}

/** Returns true when something was changed. */
async function update(
  desired: DesiredFunction,
  artifact: Artifact,
  deployed: DeployedFunction,
  scf: Scf,
): Promise<boolean> {
  const diff = diffFunction(desired, artifact.sha256, deployed);
  if (diff.code) {
    await scf.call('UpdateFunctionCode', desired.name, { Handler: desired.handler, ZipFile: inline(artifact) });
    await scf.active(desired.name);
  }
  if (diff.configuration.length > 0) {
    await scf.call('UpdateFunctionConfiguration', desired.name, configurationOf(desired, artifact.sha256));
    await scf.active(desired.name);
  }
  return diff.code || diff.configuration.length > 0;
}

interface AsyncTriggerConfig {
  readonly RetryConfig: readonly { readonly RetryNum: number }[];
  readonly MsgTTL: number;
}

/** Returns true when the settings of asynchronous invocations were changed. */
async function setAsync(desired: DesiredFunction, scf: Scf): Promise<boolean> {
  if (await sameAsync(desired, scf)) return false;
  await scf.call('UpdateFunctionEventInvokeConfig', desired.name, { AsyncTriggerConfig: asyncConfig(desired.async) });
  return true;
}

/** Whether the settings of asynchronous invocations are right. */
export async function sameAsync(desired: Pick<DesiredFunction, 'name' | 'async'>, scf: Scf): Promise<boolean> {
  const wanted = asyncConfig(desired.async);
  const { AsyncTriggerConfig: current } = await scf.call<{ AsyncTriggerConfig?: AsyncTriggerConfig }>(
    'GetFunctionEventInvokeConfig',
    desired.name,
  );
  return current?.MsgTTL === wanted.MsgTTL && current.RetryConfig[0]?.RetryNum === wanted.RetryConfig[0]?.RetryNum;
}

/**
 * Returns true when the reservation was changed. It is also an upper limit: callers of one function must not starve the
 * others.
 */
async function setReservation(desired: DesiredFunction, scf: Scf): Promise<boolean> {
  if (await sameReservation(desired, scf)) return false;
  const { name, reservedMemory = 0 } = desired;
  if (reservedMemory === 0) await scf.call('DeleteReservedConcurrencyConfig', name);
  else await scf.call('PutReservedConcurrencyConfig', name, { ReservedConcurrencyMem: reservedMemory });
  return true;
}

/** Whether the reservation of the function is right. */
export async function sameReservation(
  { name, reservedMemory = 0 }: Pick<DesiredFunction, 'name' | 'reservedMemory'>,
  scf: Scf,
): Promise<boolean> {
  const { ReservedMem: current = 0 } = await scf.call<{ ReservedMem?: number }>('GetReservedConcurrencyConfig', name);
  return current === reservedMemory;
}

function asyncConfig({ retries, ttl }: AsyncSettings): AsyncTriggerConfig {
  return { RetryConfig: [{ RetryNum: retries }], MsgTTL: ttl };
}

function inline(artifact: Artifact): string {
  const text = Buffer.from(artifact.bytes).toString('base64');
  if (text.length > INLINE_LIMIT) {
    throw new DeployError(
      `The zip takes ${text.length} bytes as base64, and SCF accepts ${INLINE_LIMIT}: something large has been bundled by mistake.`,
      'CODE_TOO_LARGE',
    );
  }
  return text;
}
