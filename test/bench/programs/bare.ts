import { readFileSync } from 'node:fs';

import { pathOf, send } from './sign.ts';
import { measure } from './told.ts';

/**
 * The least of any tool: one signed copy for each object, written by hand on node:http with connections kept open. It
 * checks nothing but the status of an answer, and retries nothing.
 */
const [file = '', from = '', to = ''] = process.argv.slice(2);
const keys = (JSON.parse(readFileSync(file, 'utf8')) as readonly { readonly key: string }[]).map(({ key }) => key);

void measure(keys, async (key) => {
  const path = pathOf(key);
  await send({ method: 'PUT', host: to, path, headers: { 'x-cos-copy-source': `${from}${path}` } });
});
