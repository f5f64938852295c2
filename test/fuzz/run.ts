import { parseArgs } from 'node:util';

import { fuzzApi } from './child.ts';
import { fuzzCos } from './cos.ts';
import { checkSignatures } from './signatures.ts';

/**
 * `npm run test:fuzz -- [--runs N] [--seed N] [--only N]`: N drawn events against the API function in a process with
 * 128 MB, N requests signed by the SDK against our signer and verifier, and N calls to the local cloud's COS. The last
 * line is `N passed, N failed`.
 */

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(seed)) {
  throw new Error('--runs and --seed take whole numbers.');
}

const started = Date.now();
const api = await fuzzApi({ runs, seed, only: values.only });
for (const flaw of api.flaws) console.error(flaw);
console.log(
  `API: ${api.passed + api.failed} events in ${seconds(started)} s, ${api.failed} failed; memory at most ${api.peakMb} MB; answers ${JSON.stringify(api.statuses)}`,
);

const next = Date.now();
const signatures = values.only === undefined ? checkSignatures(runs, seed) : { passed: 0, explained: 0, failures: [] };
for (const flaw of signatures.failures.slice(0, 10)) console.error(`signature ${flaw}`);
console.log(
  `Signatures: ${signatures.passed + signatures.failures.length} compared with the SDK in ${seconds(next)} s, ${signatures.failures.length} differ; ${signatures.explained} left out for the known order of names that need encoding`,
);

const last = Date.now();
const cos = values.only === undefined ? await fuzzCos(runs, seed) : { passed: 0, failures: [], statuses: {} };
for (const flaw of cos.failures.slice(0, 10)) console.error(`COS ${flaw}`);
console.log(
  `COS: ${cos.passed + cos.failures.length} calls to the local cloud in ${seconds(last)} s, ${cos.failures.length} failed; answers ${JSON.stringify(cos.statuses)}`,
);

const failed = api.failed + signatures.failures.length + cos.failures.length;
console.log(`${api.passed + signatures.passed + cos.passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(1);
}
