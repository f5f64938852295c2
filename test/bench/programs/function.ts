import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { measure } from './told.ts';

/** The deployed bundle in a process of its own, given one event after the other, like an instance of the platform. */
const [bundle = '', file = ''] = process.argv.slice(2);
const events = JSON.parse(readFileSync(file, 'utf8')) as readonly { readonly event: unknown }[];
const { main_handler: handle } = createRequire(bundle)(bundle) as {
  readonly main_handler: (event: unknown, context: object) => Promise<unknown>;
};
// Log lines would mix with the results; the real platform takes them off as well.
console.log = () => undefined;
let count = 0;
void measure(events, ({ event }) => handle(event, { request_id: `run-${(count += 1)}`, time_limit_in_ms: 60_000 }));
