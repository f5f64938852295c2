import { connectEngine } from '../../shared/runs/index.ts';
import { eventFunction, readConfig } from '../../shared/scf/index.ts';
import { sweep } from './handler.ts';

const engine = connectEngine(readConfig(process.env));

export const main_handler = eventFunction((_event, run) => sweep(engine, run));
