import { connectEngine } from '../../shared/runs/index.ts';
import { eventFunction, readConfig } from '../../shared/scf/index.ts';
import { createPartsCopier } from '../../shared/replication/index.ts';
import { runTasks } from './handler.ts';

const config = readConfig(process.env);
// An object that is too large for one run is copied by several.
const inParts = createPartsCopier({ sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) });
const engine = connectEngine(config, { inlineBytes: Number.POSITIVE_INFINITY }, { inParts });

export const main_handler = eventFunction((event, run) => engine.counting(runTasks(engine, config.state, event, run)));
