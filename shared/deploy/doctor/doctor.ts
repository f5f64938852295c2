import { ServiceError } from '../../errors/index.ts';
import { DeployError, explain } from '../error.ts';
import { checkCredentials, checkQuotas, checkRoles } from './account.ts';
import { checkBuckets, checkClock, checkKeys, checkMarkerKey, checkRules, checkState } from './buckets.ts';
import { checkDomains } from './domains.ts';
import { checkCode, checkFunctions, checkTriggers } from './functions.ts';
import { checkLogs } from './logs.ts';
import type { Check, DoctorDeps, Finding, Severity } from './types.ts';

/** The checks, in the order in which their findings should be mended. */
const CHECKS: readonly (readonly [name: string, check: Check])[] = [
  ['clock', checkClock],
  ['account', checkCredentials],
  ['state bucket', checkState],
  ['marker key', checkMarkerKey],
  ['API keys', checkKeys],
  ['buckets', checkBuckets],
  ['rules', checkRules],
  ['roles', checkRoles],
  ['functions', checkFunctions],
  ['code', checkCode],
  ['triggers', checkTriggers],
  ['domains', checkDomains],
  ['logs', checkLogs],
  ['quotas', checkQuotas],
];

export interface CheckResult {
  readonly name: string;
  readonly state: 'fine' | Severity;
  readonly findings: readonly Finding[];
}

/** Examines every part of a deployment, and changes nothing. A check that cannot be made is a finding itself. */
export async function examine(deps: DoctorDeps): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const [name, check] of CHECKS) {
    const findings = await check(deps).catch((error: unknown): readonly Finding[] => [unfit(name, error)]);
    results.push({ name, state: worst(findings), findings });
  }
  return results;
}

/** A `DeployError` as a finding: its message says what to do. */
function unfit(name: string, error: unknown): Finding {
  if (!(error instanceof ServiceError)) throw error;
  return { severity: 'broken', subject: name, problem: explain(error), advice: '' };
}

function worst(findings: readonly Finding[]): CheckResult['state'] {
  if (findings.some(({ severity }) => severity === 'broken')) return 'broken';
  return findings.length > 0 ? 'warning' : 'fine';
}

/** Prints the findings. Throws `DeployError` when something is broken. */
export async function reportExamination(deps: DoctorDeps, print: (text: string) => void, json: boolean): Promise<void> {
  const results = await examine(deps);
  const { service, stage, region } = deps.settings;
  print(json ? JSON.stringify({ service, stage, region, checks: results }) : formatExamination(results));
  const bad = results.filter(({ state }) => state === 'broken').map(({ name }) => name);
  if (bad.length === 0) return;
  throw new DeployError(`Broken: ${bad.join(', ')}. Each finding says what to do.`, 'DEPLOYMENT_BROKEN');
}

function formatExamination(results: readonly CheckResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  return results
    .flatMap(({ name, state, findings }) => [
      `${name.padEnd(width)}  ${state}`,
      ...findings.flatMap(({ severity, subject, problem, advice }) => [
        `  ${severity}: ${subject === name ? '' : `${subject} `}${problem}`,
        ...(advice === '' ? [] : [`    ${advice}`]),
      ]),
    ])
    .join('\n');
}
