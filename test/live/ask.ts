import type { CosDriver } from '../contract/driver.ts';
import { CLOUD_API_POINTS } from './points/cloud-api.ts';
import { observeFunction } from './points/functions.ts';
import { OTHER_POINTS } from './points/others.ts';
import { openProbe, type Point, type Probe } from './points/point.ts';
import { NOT_ASKED, SWITCH_POINTS } from './points/switches.ts';

/** The behaviour of the service at one point, and that of the local cloud. */
export interface Finding {
  readonly name: string;
  readonly observed: string;
  readonly taken: string;
  /** The setting that makes the local cloud do the same. */
  readonly advice: string;
}

const failed = (error: unknown): string => `not answered: ${error instanceof Error ? error.message : String(error)}`;

async function observe(point: Point, probe: Probe): Promise<string> {
  // One point that fails must not hide the others.
  return point.observe(probe).catch(failed);
}

/** Asks about every point; about functions unless they are left out. */
export async function askAll(driver: CosDriver, { functions = true } = {}): Promise<readonly Finding[]> {
  const probe = await openProbe(driver);
  const findings: Finding[] = [];
  for (const [name, point] of Object.entries(SWITCH_POINTS)) {
    const [usual] = point.positions;
    const taken = point.told === undefined ? String(usual) : point.told(usual as never);
    const observed = await observe(point, probe);
    findings.push({ name, observed, taken, advice: `set the switch ${name} to ${observed}` });
  }
  for (const point of [...OTHER_POINTS, ...CLOUD_API_POINTS]) {
    const advice = 'has no switch: change test/cloud, and what relies on it';
    findings.push({ name: point.name, observed: await observe(point, probe), taken: point.taken, advice });
  }
  if (!functions) return findings;
  const usual = { eventVersionId: 'false', eventEtag: 'true', urlPath: 'raw', urlRepeatedKeys: 'array' };
  const given = await observeFunction(probe).catch(failed);
  for (const [name, taken] of Object.entries(usual)) {
    const observed = typeof given === 'string' ? given : String(given[name as keyof typeof given]);
    findings.push({ name, observed, taken, advice: `set the switch ${name} to ${observed}` });
  }
  return findings;
}

/** For a person: every point. Those at which the local cloud differs come first. */
export function formatFindings(findings: readonly Finding[]): string {
  const differ = findings.filter(({ observed, taken }) => observed !== taken);
  const same = findings.filter(({ observed, taken }) => observed === taken);
  return [
    ...differ.map(({ name, observed, taken, advice }) => `DIFFERS  ${name}: ${observed}, not ${taken}; ${advice}`),
    ...same.map(({ name, observed }) => `same     ${name}: ${observed}`),
    ...Object.entries(NOT_ASKED)
      .filter(([name]) => !findings.some((one) => one.name === name))
      .map(([name, reason]) => `not asked ${name}: ${reason}`),
    `${findings.length} points asked, ${differ.length} differ`,
  ].join('\n');
}
