import { connectScans } from '../../shared/runs/index.ts';
import { eventFunction, readConfig } from '../../shared/scf/index.ts';
import { sweep } from './handler.ts';
import { keep } from './scans.ts';

const config = readConfig(process.env);
const scans = connectScans(config);

export const main_handler = eventFunction(async (_event, run) => {
  // Side by side: a long backlog of tasks must not keep scans from being begun, nor the reverse.
  const [swept, kept] = await Promise.allSettled([sweep(scans.engine, run), keep(scans, config.sources, run)]);
  for (const part of [swept, kept]) if (part.status === 'rejected') throw part.reason;
});
