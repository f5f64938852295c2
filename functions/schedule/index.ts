import { Beacons } from '../../shared/beacon/index.ts';
import { foldLive } from '../../shared/live/index.ts';
import { keepPreconditions } from '../../shared/preconditions/index.ts';
import { connectSchedule } from '../../shared/runs/index.ts';
import { eventFunction, readConfig } from '../../shared/scf/index.ts';
import { tell } from './beacons.ts';
import { watch } from './canaries.ts';
import { sweep } from './handler.ts';
import { keep } from './scans.ts';

const config = readConfig(process.env);
const deps = connectSchedule(config);
const beacons = new Beacons(deps.beacons);

export const main_handler = eventFunction(async (_event, run) => {
  // In parallel: a long backlog of tasks must not delay scans, nor the reverse.
  const parts = await Promise.allSettled([
    sweep(deps.engine, run),
    keep(deps, config.sources, run),
    tell(beacons, config.sources, run),
    keepPreconditions(deps.preconditions),
    foldLive(deps.engine.deps, config.sources),
    watch(deps.canaries, run),
  ]);
  for (const part of parts) if (part.status === 'rejected') throw part.reason;
});
