import { connectScans } from '../../shared/runs/index.ts';
import { eventFunction, readConfig } from '../../shared/scf/index.ts';
import { runScans } from './handler.ts';

const deps = connectScans(readConfig(process.env));

export const main_handler = eventFunction((event, run) => runScans(deps, event, run));
