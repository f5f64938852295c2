import type { Beacons } from '../../shared/beacon/index.ts';
import type { Place } from '../../shared/cos/index.ts';
import { causeOf } from '../../shared/replication/index.ts';
import type { Run } from '../../shared/scf/index.ts';
import { BEACON_WAIT_MS } from '../../shared/durations/index.ts';

/** Runs each minute: writes the status of the sources to each destination, for when their region is down. */
export async function tell(beacons: Beacons, sources: readonly Place[], run: Run): Promise<void> {
  const onProblem = (error: unknown): void =>
    run.log({ message: 'status at a destination not written', cause: causeOf(error) });
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, BEACON_WAIT_MS)));
  await Promise.race([beacons.tell(sources, onProblem), over]);
  clearTimeout(timer);
}
