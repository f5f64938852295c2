import { connectScans } from '../../shared/runs/index.ts';
import { eventFunction, readConfig } from '../../shared/scf/index.ts';
import { runScans } from './handler.ts';

const config = readConfig(process.env);
const deps = connectScans(config);

export const main_handler = eventFunction((event, run) =>
  deps.engine.counting(runScans(deps, config.sources, event, run)),
);
