import { connectEngine } from '../../shared/runs/index.ts';
import { eventFunction, readConfig } from '../../shared/scf/index.ts';
import { replicate } from './handler.ts';

const config = readConfig(process.env);
const engine = connectEngine(config);

export const main_handler = eventFunction((event, run) =>
  engine.counting(replicate(engine, config.sources, event, run)),
);
