/**
 * Runs inside the process of one function instance: loads the deployed code, then calls its handler for one event at a
 * time. It keeps the promises of the platform: CommonJS entry, `handler(event, context[, callback])`, new credentials
 * in the environment for every run. It is CommonJS, because Node takes a ninth of a start more for a module.
 */
'use strict';

const { createRequire } = require('node:module');
const path = require('node:path');

const [folder, handlerName, mark] = process.argv.slice(2);
const [stdout, stderr] = [process.stdout, process.stderr].map((stream) => stream.write.bind(stream));

// An instance ends with its parent. Ctrl-C in a terminal reaches the instance too, but its parent ends it.
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => {});

/** Whether the parent sees the memory of this process. Asking for it is a fiftieth of a small event. */
const measured = process.platform === 'linux';
const started = performance.now();
let handler;
let loaded = true;
try {
  const [file, method] = handlerName.split('.');
  const exported = createRequire(path.join(folder, 'package.json'))(path.join(folder, `${file}.js`));
  handler = exported[method];
  if (typeof handler !== 'function') throw new TypeError(`handler ${handlerName} not found: not an exported function`);
} catch (error) {
  loaded = false;
  handler = () => {
    throw error;
  };
}
process.send({ type: 'ready', initMs: performance.now() - started, loaded });

process.on('message', async ({ requestId, event, context, environment }) => {
  for (const [name, value] of Object.entries(environment)) process.env[name] = value;
  const answer = await run(event, context);
  // Marks where the console output of this run ends, because pipes and messages are not in step.
  await Promise.all(
    [stdout, stderr].map((write) => new Promise((resolve) => void write(`${mark}${requestId}\n`, resolve))),
  );
  process.send({ type: 'done', requestId, ...answer, memoryBytes: measured ? 0 : process.memoryUsage.rss() });
});

async function run(event, context) {
  try {
    const value = await call(JSON.parse(event), context);
    return { ok: true, result: JSON.stringify(value) ?? 'null' };
  } catch (error) {
    return { ok: false, result: (error instanceof Error && error.stack) || String(error) };
  }
}

function call(event, context) {
  if (handler.length < 3) return handler(event, context);
  return new Promise((resolve, reject) => {
    const returned = handler(event, context, (error, value) => (error ? reject(error) : resolve(value)));
    // A handler may take a callback and still be async: whichever comes first ends the run.
    if (returned instanceof Promise) returned.then((value) => value !== undefined && resolve(value), reject);
  });
}
