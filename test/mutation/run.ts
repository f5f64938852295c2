import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';

/**
 * `npm run test:mutation`: changes the pure parts of the product in every small way and counts the changes that no unit
 * test notices. README.md beside this file lists the changes that survive, and why.
 */

const CONFIG = 'test/mutation/stryker.config.json';

const { mutate, thresholds } = JSON.parse(await readFile(CONFIG, 'utf8')) as {
  readonly mutate: readonly string[];
  readonly thresholds: { readonly break: number };
};
const results = await new Stryker({ configFile: CONFIG }).runMutationTest();

// Stryker compares the score of all files together. Here each file must reach the limit by itself.
for (const name of mutate) {
  const own = results.filter(({ fileName }) => relative('', fileName) === name);
  const noticed = own.filter(({ status }) => status === 'Killed' || status === 'Timeout').length;
  const missed = own.filter(({ status }) => status === 'Survived' || status === 'NoCoverage').length;
  const score = (100 * noticed) / (noticed + missed);
  // The score of a file that has been moved away is not a number, so it fails.
  if (score >= thresholds.break) continue;
  console.error(
    `${name}: ${noticed} of ${noticed + missed} mutants are noticed; at least ${thresholds.break} % must be. Add a test, or see README.md beside test/mutation/run.ts`,
  );
  process.exitCode = 1;
}
