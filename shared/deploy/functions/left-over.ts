import { nextNumbers } from './desired.ts';
import { functionName, numbered } from '../config/names.ts';
import type { Scf } from '../cloud/scf.ts';
import type { Settings } from '../types.ts';

/**
 * Functions of a former, longer list of sources. They are numbered without gaps, so the search ends at the first number
 * that does not exist.
 */
export async function leftOverFunctions(settings: Settings, scf: Scf): Promise<string[]> {
  const found: string[] = [];
  for (const { key, from } of nextNumbers(settings)) {
    for (let index = from; ; index += 1) {
      const name = functionName(settings, numbered(key, index));
      if ((await scf.get(name)) === undefined) break;
      found.push(name);
    }
  }
  return found;
}
