import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';

/**
 * `npm run test:mutation`: changes the pure parts of the product in every small way and counts the changes that no unit
 * test notices. What survives, and why: README.md beside this file.
 */

const CONFIG = 'test/mutation/stryker.config.json';

const { mutate, thresholds } = JSON.parse(await readFile(CONFIG, 'utf8')) as {
  readonly mutate: readonly string[];
  readonly thresholds: { readonly break: number };
};
const results = await new Stryker({ configFile: CONFIG }).runMutationTest();

// Stryker compares the score of all files together; here each has to reach it by itself.
for (const name of mutate) {
  const own = results.filter(({ fileName }) => relative('', fileName) === name);
  const noticed = own.filter(({ status }) => status === 'Killed' || status === 'Timeout').length;
  const missed = own.filter(({ status }) => status === 'Survived' || status === 'NoCoverage').length;
  const score = (100 * noticed) / (noticed + missed);
  // Of a file that has been moved away the score is no number.
  if (score >= thresholds.break) continue;
  console.error(`${name}: ${noticed} of ${noticed + missed} mutants are noticed, ${thresholds.break} % are wanted`);
  process.exitCode = 1;
}
