import { keepCanary, type CanaryDeps } from '../../shared/canary/index.ts';
import type { Place } from '../../shared/cos/index.ts';
import { causeOf } from '../../shared/replication/index.ts';
import type { Run } from '../../shared/scf/index.ts';
import { KEEP_CLOSING_MS } from '../../shared/durations/index.ts';

/** Runs each minute: sends the canaries that are due, and checks those in progress. A failure is logged. */
export async function watch(
  { deps, sources }: { readonly deps: CanaryDeps; readonly sources: readonly Place[] },
  run: Run,
): Promise<void> {
  await Promise.all(
    sources.map(async (source) => {
      try {
        await keepCanary(deps, source, run.deadline - KEEP_CLOSING_MS);
      } catch (error) {
        run.log({
          level: 'error',
          message: 'canary not sent or not checked',
          source: source.bucket,
          cause: causeOf(error),
        });
      }
    }),
  );
}
