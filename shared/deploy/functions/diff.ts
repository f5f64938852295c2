import type { DeployedFunction } from '../cloud/scf.ts';
import type { DesiredFunction } from '../types.ts';

/**
 * The description of a function holds the hash of its deployed code, because the input and encoding of `CodeSha256` in
 * GetFunctionAddress are not documented. It is written after the code was deployed, so an interrupted deployment
 * uploads again. Descriptions accept only letters, digits, spaces, commas and full stops.
 */
/** The first words in the description of every function that a deployment made. */
export const MADE_BY_US = 'COS Replication, ';

function descriptionOf(desired: Pick<DesiredFunction, 'bundle'>, sha256: string): string {
  return `${MADE_BY_US}${desired.bundle}. Code sha256 ${sha256}.`;
}

/** Hash of the code by a function's description; undefined when it has none. Lower-case hex. */
export function codeOf({ Description }: Pick<DeployedFunction, 'Description'>): string | undefined {
  return /^COS Replication, .*Code sha256 ([0-9a-f]{64})\.$/.exec(Description)?.[1];
}

/** The state bucket of a function; undefined when it names none. */
export function stateBucketOf({ Environment }: Pick<DeployedFunction, 'Environment'>): string | undefined {
  return Environment?.Variables?.find(({ Key }) => Key === 'STATE_BUCKET')?.Value;
}

/** Parameters of UpdateFunctionConfiguration; CreateFunction takes them too. */
export function configurationOf(desired: DesiredFunction, sha256: string): Record<string, unknown> {
  return {
    Description: descriptionOf(desired, sha256),
    MemorySize: desired.memory,
    Timeout: desired.timeout,
    Runtime: desired.runtime,
    Role: desired.role,
    // SCF accepts a change of the topic only together with the role.
    ...(desired.logs === undefined ? {} : { ClsLogsetId: desired.logs.logset, ClsTopicId: desired.logs.topic }),
    Environment: { Variables: Object.entries(desired.environment).map(([Key, Value]) => ({ Key, Value })) },
  };
}

export interface FunctionDiff {
  readonly code: boolean;
  /** Names of the settings that differ, as in serverless.yml. */
  readonly configuration: readonly string[];
}

/** The changes to an existing function. */
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

/** Without the setting any topic is right, because the platform has made one of its own. */
function sameLogs({ logs }: DesiredFunction, { ClsLogsetId, ClsTopicId }: DeployedFunction): boolean {
  return logs === undefined || (ClsLogsetId === logs.logset && ClsTopicId === logs.topic);
}

function sameEnvironment(desired: DesiredFunction, deployed: DeployedFunction): boolean {
  const current = Object.fromEntries((deployed.Environment?.Variables ?? []).map(({ Key, Value }) => [Key, Value]));
  const names = new Set([...Object.keys(current), ...Object.keys(desired.environment)]);
  return [...names].every((name) => current[name] === desired.environment[name]);
}
