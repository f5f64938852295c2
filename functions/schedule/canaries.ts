import { keepCanary, type CanaryDeps } from '../../shared/canary/index.ts';
import type { Place } from '../../shared/cos/index.ts';
import { causeOf } from '../../shared/replication/index.ts';
import type { Run } from '../../shared/scf/index.ts';
import { KEEP_CLOSING_MS } from '../../shared/durations/index.ts';

/** Each minute: sends the canaries that are due, and looks after those that are under way. One that fails is told in the log. */
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
          message: 'canary not sent or not looked at',
          source: source.bucket,
          cause: causeOf(error),
        });
      }
    }),
  );
}
