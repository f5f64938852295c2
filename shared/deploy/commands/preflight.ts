import * as z from 'zod/mini';
import { callApi } from '../cloud/api-call.ts';
import { DeployError } from '../error.ts';
import { bucketOf, parse, type ApiDeps } from './ask.ts';

const preflighted = z.object({
  passed: z.boolean(),
  // The API of an earlier release gives no warnings.
  warnings: z.optional(z.array(z.object({ source: z.string(), name: z.string(), cause: z.string() }))),
  destinations: z.array(
    z.object({
      destination: z.string(),
      passed: z.boolean(),
      checks: z.array(z.object({ name: z.string(), passed: z.boolean(), cause: z.optional(z.string()) })),
    }),
  ),
});

/**
 * Tries every destination with objects of its own. Prints the findings; then throws `DeployError` if a destination
 * cannot be used.
 */
export async function showPreflight(
  deps: ApiDeps,
  options: { readonly bucket: string | undefined; readonly json: boolean },
): Promise<void> {
  const bucket = bucketOf(deps.settings, options.bucket);
  const call = { method: 'POST', bucket, subresource: 'replicationPreflight' } as const;
  const answer = await callApi(deps.keys, deps.address, call);
  const { passed, warnings = [], destinations } = parse(preflighted, answer);
  if (options.json) deps.print(JSON.stringify(answer));
  else {
    for (const one of destinations) {
      deps.print(`${one.destination}: ${one.passed ? 'can be replicated to' : 'cannot be replicated to'}`);
      for (const { name, passed: good, cause } of one.checks) {
        deps.print(`  ${good ? 'passed' : 'FAILED'}  ${name}${cause === undefined ? '' : `: ${cause}`}`);
      }
    }
    for (const { source, name, cause } of warnings) deps.print(`WARNING  ${source}: ${name}: ${cause}`);
    if (destinations.length === 0) deps.print(`${bucket} has no destination beside itself.`);
  }
  if (passed) return;
  const failed = destinations.filter((one) => !one.passed).map(({ destination }) => destination);
  throw new DeployError(
    `${failed.join(', ')} cannot be replicated to: mend the checks that FAILED (the README explains them), then try again.`,
    'PREFLIGHT_FAILED',
  );
}
