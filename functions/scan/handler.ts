import { samePlace, type Place } from '../../shared/cos/index.ts';
import { CHECK_NOTE, checkBuckets } from '../../shared/preconditions/index.ts';
import { runUnit, SCANS, type ScanDeps } from '../../shared/scan/index.ts';
import { runVerify, VERIFY_NOTES, verifyDepsOf } from '../../shared/verify/index.ts';
import { readCosEvent, type Run } from '../../shared/scf/index.ts';

/**
 * Does the units of scans whose starts are named by an event of the state bucket. Returns how many ranges were
 * finished.
 */
export async function runScans(
  deps: ScanDeps,
  sources: readonly Place[],
  event: unknown,
  run: Run,
): Promise<{ readonly finished: number }> {
  const { cos, state } = deps.engine.deps;
  const names = readCosEvent(event, (problem) => run.log({ message: problem }))
    .filter(({ type, place, key }) => type === 'created' && samePlace(place, state) && key.startsWith(SCANS))
    .map(({ key }) => key);
  let finished = 0;
  for (const name of names) {
    if (name === CHECK_NOTE)
      await checkBuckets({ cos, state, rules: deps.engine.rules, now: deps.engine.now }, sources);
    else if (name.startsWith(VERIFY_NOTES)) await runVerify(verifyDepsOf(deps), name, run.deadline);
    else finished += await runUnit(deps, name, run.deadline);
  }
  return { finished };
}
