import { DeployError } from '../error.ts';
import type { Locate } from './locate.ts';
import { shown } from './shown.ts';

/** A setting that is a list of entries, one for the deployment of each region. */
export interface RegionalList {
  readonly setting: string;
  /** The expected form of an entry, for messages. */
  readonly form: string;
  /** Fields beside `region`, each with a test of its value. A test of an optional field accepts `undefined`. */
  readonly fields: Readonly<Record<string, (value: unknown) => boolean>>;
}

export interface RegionalContext {
  /** Regions of all sources. If there are several, each entry has to name its own. */
  readonly regions: readonly string[];
  /** The deployed region. */
  readonly region: string;
  readonly locate: Locate;
}

/** The entries for the deployed region. Throws `DeployError` with the value, the form and the line to change. */
export function readRegional<T>(
  value: unknown,
  { setting, form, fields }: RegionalList,
  context: RegionalContext,
): T[] {
  const { regions, region, locate } = context;
  if (value === undefined) return [];
  const refuse = (path: readonly (string | number)[], reason: string): never => {
    throw new DeployError(`${locate(path)}: ${setting} ${reason}`, 'BAD_VALUE');
  };
  if (!Array.isArray(value)) return refuse([setting], `is a list; write each entry as ${form}.`);
  const mine: T[] = [];
  for (const [index, entry] of (value as unknown[]).entries()) {
    const path = [setting, index];
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
      return refuse(path, `has the entry ${shown(entry)}; write ${form}.`);
    }
    const given = entry as Readonly<Record<string, unknown>>;
    const stranger = Object.keys(given).find((name) => name !== 'region' && !Object.hasOwn(fields, name));
    if (stranger !== undefined) return refuse([...path, stranger], `has no field ${stranger}; write ${form}.`);
    const wrong = Object.entries(fields).find(([name, fits]) => !fits(given[name]));
    if (wrong !== undefined) {
      const [name] = wrong;
      const text = given[name] === undefined ? 'missing' : shown(given[name]);
      return refuse([...path, name], `has an entry whose ${name} is ${text}; write ${form}.`);
    }
    const own = given['region'] ?? (regions.length === 1 ? regions[0] : undefined);
    if (typeof own !== 'string' || !regions.includes(own)) {
      const reason = own === undefined ? 'lacks its region' : `names the region ${JSON.stringify(own)}`;
      return refuse(
        [...path, 'region'],
        `has an entry that ${reason}; write region: and one of ${regions.join(', ')}.`,
      );
    }
    const { region: _, ...rest } = given;
    if (own === region) mine.push(rest as T);
  }
  return mine;
}
