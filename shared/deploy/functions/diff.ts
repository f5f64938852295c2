import type { DeployedFunction } from '../cloud/scf.ts';
import type { DesiredFunction } from '../types.ts';

/**
 * The hash of the deployed code stands in the function's description. Nothing documents the input and the encoding of the
 * hash `CodeSha256` of GetFunctionAddress. It is written after the code has been taken over, so a deployment that broke off
 * in between uploads again. Descriptions take letters, digits, spaces, commas and full stops only.
 */
/** The first words in the description of every function that a deployment made. */
export const MADE_BY_US = 'COS Replication, ';

function descriptionOf(desired: Pick<DesiredFunction, 'bundle'>, sha256: string): string {
  return `${MADE_BY_US}${desired.bundle}. Code sha256 ${sha256}.`;
}

/** Hash of the code that a function says it runs; undefined: it says none. Lower-case hex. */
export function codeOf({ Description }: Pick<DeployedFunction, 'Description'>): string | undefined {
  return /^COS Replication, .*Code sha256 ([0-9a-f]{64})\.$/.exec(Description)?.[1];
}

/** The state bucket that a function works with; undefined: it names none. */
export function stateBucketOf({ Environment }: Pick<DeployedFunction, 'Environment'>): string | undefined {
  return Environment?.Variables?.find(({ Key }) => Key === 'STATE_BUCKET')?.Value;
}

/** Parameters that UpdateFunctionConfiguration takes; CreateFunction takes them too. */
export function configurationOf(desired: DesiredFunction, sha256: string): Record<string, unknown> {
  return {
    Description: descriptionOf(desired, sha256),
    MemorySize: desired.memory,
    Timeout: desired.timeout,
    Runtime: desired.runtime,
    Role: desired.role,
    // SCF takes a change of the topic together with the role alone.
    ...(desired.logs === undefined ? {} : { ClsLogsetId: desired.logs.logset, ClsTopicId: desired.logs.topic }),
    Environment: { Variables: Object.entries(desired.environment).map(([Key, Value]) => ({ Key, Value })) },
  };
}

export interface FunctionDiff {
  readonly code: boolean;
  /** Names of the settings that differ, in the words of serverless.yml. */
  readonly configuration: readonly string[];
}

/** The changes at a function that exists. */
export function diffFunction(desired: DesiredFunction, sha256: string, deployed: DeployedFunction): FunctionDiff {
  const description = descriptionOf(desired, sha256);
  const code = deployed.Description !== description || deployed.Handler !== desired.handler;
  const settings: readonly (readonly [name: string, same: boolean])[] = [
    ['description', !code],
    ['memory', deployed.MemorySize === desired.memory],
    ['timeout', deployed.Timeout === desired.timeout],
    ['role', deployed.Role === desired.role],
    ['environment', sameEnvironment(desired, deployed)],
    ['logs', sameLogs(desired, deployed)],
  ];
  return { code, configuration: settings.filter(([, same]) => !same).map(([name]) => name) };
}

/** Without the setting any topic is right: the platform has made one of its own. */
function sameLogs({ logs }: DesiredFunction, { ClsLogsetId, ClsTopicId }: DeployedFunction): boolean {
  return logs === undefined || (ClsLogsetId === logs.logset && ClsTopicId === logs.topic);
}

function sameEnvironment(desired: DesiredFunction, deployed: DeployedFunction): boolean {
  const current = Object.fromEntries((deployed.Environment?.Variables ?? []).map(({ Key, Value }) => [Key, Value]));
  const names = new Set([...Object.keys(current), ...Object.keys(desired.environment)]);
  return [...names].every((name) => current[name] === desired.environment[name]);
}
