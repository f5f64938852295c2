import type { Place } from '../../shared/cos/index.ts';
import { causeOf } from '../../shared/replication/index.ts';
import { keepScans, type KeepDeps, type Kept } from '../../shared/scan/index.ts';
import { keepVerifies } from '../../shared/verify/index.ts';
import type { Run } from '../../shared/scf/index.ts';
import { KEEP_CLOSING_MS } from '../../shared/durations/index.ts';

/** Each minute: begins the scans that are due and starts what can go on. A pair that fails is told in the log. */
export async function keep(deps: KeepDeps, sources: readonly Place[], run: Run): Promise<Kept> {
  const onProblem = (error: unknown): void => run.log({ message: 'scan passed over', cause: causeOf(error) });
  const deadline = run.deadline - KEEP_CLOSING_MS;
  const [kept] = await Promise.all([
    keepScans({ deps, sources, deadline, onProblem }),
    // Somebody waits for these; they do not wait for the scans of all sources to be looked after.
    keepVerifies({ deps: deps.engine.deps, deadline, onProblem }).catch(onProblem),
  ]);
  return kept;
}
