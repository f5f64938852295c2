// Runs the real CLI once for each message `{ folder, env, args }`, and answers `{ stream, text }` for each text that it writes
// and `{ status }` at its end. `folder` is that of serverless.yml, and the environment has nothing but `env`. The CLI and the
// plugin load some 3,000 modules, which takes far longer than most of the commands; here they are loaded once. The modules of
// the CLI that hold state are loaded again for each command, so that none sees the state of an earlier one.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const { keep } = require('./packages.cjs');
/** The CLI's own modules and those that register something in the process. */
const HOLDS_STATE = /\/node_modules\/(serverless|@serverless|log|log-node|essentials|signal-exit|memoizee)\//;

// The compiler works in the folder in which it was loaded, and the tests' folders are removed.
process.chdir('/');
require('esbuild');
/** Objects that modules share by a name, such as the log level. */
const shared = require('uni-global/lib/uni-global');

const node = process.argv[0];
/** The status with which the command ended its process. */
let status;
const events = ['uncaughtException', 'unhandledRejection', 'exit', 'SIGINT', 'SIGTERM', 'SIGHUP'];
for (const stream of ['stdout', 'stderr']) {
  process[stream].write = (chunk, encoding, done) => {
    // Everything after its end does not count.
    if (status === undefined)
      process.send({ stream, text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString() });
    const after = typeof encoding === 'function' ? encoding : done;
    if (after) process.nextTick(after);
    return true;
  };
}

const end = process.exit.bind(process);
process.on('disconnect', () => end());
process.exit = (code = process.exitCode) => {
  if (status !== undefined) return;
  status = Number(code ?? 0);
  throw new Error('The command has ended.');
};

/** The command ends like a process: nothing is left to do. */
function ended() {
  // The folder of a test is removed after it.
  process.chdir('/');
  process.channel.ref();
  keep();
  process.send({ status: status ?? Number(process.exitCode ?? 0) });
}

process.on('message', ({ folder, env, args }) => {
  const cli = join(folder, 'node_modules', 'serverless', 'bin', 'serverless.js');
  process.channel.unref();
  process.chdir(folder);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  status = undefined;
  process.exitCode = undefined;
  process.argv = [node, cli, ...args];
  for (const name of events) process.removeAllListeners(name);
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error');
  process.once('beforeExit', ended);
  delete EvalError.$serverlessCommandStartTime;
  for (const key of Object.keys(shared)) delete shared[key];
  for (const path of Object.keys(require.cache)) if (HOLDS_STATE.test(path)) delete require.cache[path];
  require(cli);
});
