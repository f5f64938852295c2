import { connectEngine } from '../../shared/replication/index.ts';
import { eventFunction, readConfig } from '../../shared/scf/index.ts';
import { runTasks } from './handler.ts';

/** The largest object that one server-side copy takes. */
const LARGEST_COPY = 5 * 2 ** 30;

const config = readConfig(process.env);
const engine = connectEngine(config, { inlineBytes: LARGEST_COPY });

export const main_handler = eventFunction((event, run) => runTasks(engine, config.state, event, run));
