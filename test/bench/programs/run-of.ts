import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { tellCpu } from './histories.ts';

/** A deployed bundle in a process of its own, given the events of a file, with a clock that is ahead by `AHEAD_MS`. */
const [bundle = '', file = ''] = process.argv.slice(2);
const ahead = Number(process.env['AHEAD_MS'] ?? 0);
const now = Date.now.bind(Date);
Date.now = () => now() + ahead;
const events = JSON.parse(readFileSync(file, 'utf8')) as readonly unknown[];
const { main_handler: handle } = createRequire(bundle)(bundle) as {
  readonly main_handler: (event: unknown, context: object) => Promise<unknown>;
};
// Log lines would mix with the results; the real platform takes them off as well.
console.log = () => undefined;

async function run(): Promise<void> {
  for (const event of events) await handle(event, { request_id: 'run', time_limit_in_ms: 900_000 });
  tellCpu();
}
void run();
