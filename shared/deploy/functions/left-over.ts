import { functionName, numbered } from '../config/names.ts';
import type { Scf } from '../cloud/scf.ts';
import type { Settings } from '../types.ts';
import { desiredFunctions, nextNumbers } from './desired.ts';
import { MADE_BY_US, stateBucketOf } from './diff.ts';

/**
 * Functions that this deployment made and that serverless.yml no longer lists: those for a longer list of sources, and
 * those whose entry was removed.
 */
export async function leftOverFunctions(settings: Settings, scf: Scf): Promise<string[]> {
  const wanted = new Set(desiredFunctions(settings).map(({ name }) => name));
  const numbers = await leftOverNumbers(settings, scf);
  const others: string[] = [];
  for (const name of await scf.named(functionName(settings, ''))) {
    if (wanted.has(name) || numbers.includes(name)) continue;
    // The names of a stage "dev-2" look like names of a stage "dev". The state bucket shows which stage a function
    // belongs to.
    const found = await scf.get(name);
    if (found === undefined || !found.Description.startsWith(MADE_BY_US)) continue;
    if (stateBucketOf(found) === settings.state.bucket) others.push(name);
  }
  return [...numbers, ...others];
}

/** The functions are numbered without gaps, so the search ends at the first missing number. */
async function leftOverNumbers(settings: Settings, scf: Scf): Promise<string[]> {
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
