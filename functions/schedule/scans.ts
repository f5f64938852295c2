import type { Place } from '../../shared/cos/index.ts';
import { causeOf } from '../../shared/replication/index.ts';
import { keepScans, type KeepDeps, type Kept } from '../../shared/scan/index.ts';
import { keepVerifies } from '../../shared/verify/index.ts';
import type { Run } from '../../shared/scf/index.ts';
import { KEEP_CLOSING_MS } from '../../shared/durations/index.ts';

/** Runs each minute: begins the scans that are due and starts the work that can go on. A failing pair is logged. */
export async function keep(deps: KeepDeps, sources: readonly Place[], run: Run): Promise<Kept> {
  const onProblem = (error: unknown): void => run.log({ message: 'scan skipped', cause: causeOf(error) });
  const deadline = run.deadline - KEEP_CLOSING_MS;
  const [kept] = await Promise.all([
    keepScans({ deps, sources, deadline, onProblem }),
    // A person waits for verifications, so they do not wait for the scans of all sources.
    keepVerifies({ deps: deps.engine.deps, deadline, onProblem }).catch(onProblem),
  ]);
  return kept;
}
