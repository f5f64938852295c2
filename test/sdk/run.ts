import { parseArgs } from 'node:util';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runCommand } from '../cloud/bin/lifetime.ts';
import { UsageError } from '../cloud/bin/options.ts';
import { failed, notApplicable, ok, CHECKS } from './checks.ts';
import type { Cell, CheckId } from './checks.ts';
import { MissingTool } from './child.ts';
import { configOf } from './client.ts';
import { COLUMNS } from './columns.ts';
import type { Column } from './columns.ts';
import { createInstaller } from './install.ts';
import { countsOf, matrixJson, matrixText } from './matrix.ts';
import type { Result } from './matrix.ts';
import { openTap } from './tap.ts';
import { judgeWire } from './wire.ts';
import { startWorld } from './sdk-world.ts';
import type { World } from './sdk-world.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const HELP = `npm run test:sdk -- [--json] [--only ID,ID]

The official SDKs as clients of the replication API, on a local cloud with the deployed functions; prints SDK x check.

  --json        the matrix as JSON on stdout, all else on stderr
  --only ID,ID  these SDKs alone: ${COLUMNS.map(({ id }) => id).join(', ')}
  --help        this text
`;

/** Clients that run side by side. Each is a process, and so are the functions that answer it. */
const AT_ONCE = 3;
/** ms for one client, its start included, and for the installation of all. */
const PATIENCE = 120_000;
const INSTALL_PATIENCE = 300_000;

type Prepared = Column & { readonly ready: Promise<Awaited<ReturnType<Column['prepare']>>> };

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Aborted with `signal`, or with an error that names the time limit. */
function within(signal: AbortSignal, patience: number): AbortSignal {
  const limit = new AbortController();
  setTimeout(() => limit.abort(new Error(`not finished after ${patience / 1000} s`)), patience).unref();
  return AbortSignal.any([signal, limit.signal]);
}

async function examine(column: Prepared, world: World, signal: AbortSignal): Promise<Result> {
  const { id, name, kind, recorded, addressing } = column;
  const result = (cells: Result['cells']): Result => ({ id, name, kind, address: addressing.text, cells });
  const cells = new Map<CheckId, Cell>([['client', ok(kind === 'live' ? 'installed' : 'recorded')]]);
  const run = await column.ready.catch((error: unknown) => absent(error, column));
  signal.throwIfAborted();
  if (typeof run !== 'function') return result(run);
  const tap = await openTap(world.cloud.port);
  try {
    const config = configOf(world.managed(id), addressing, { tap, world });
    for (const [check, cell] of await run(config, within(signal, PATIENCE))) cells.set(check, cell);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof MissingTool) return result(absent(error, column));
    // Checks that a client did not report count as failed anyway.
    cells.set('client', failed(messageOf(error)));
  } finally {
    await tap.close();
  }
  for (const [check, cell] of judgeWire(tap.exchanges, recorded, id === 'js')) cells.set(check, cell);
  return result(cells);
}

/** Reports the missing tool once, and nothing for the other checks. */
function absent(error: unknown, { name }: Column): ReadonlyMap<CheckId, Cell> {
  say(`${name}: ${messageOf(error)}`);
  const rest = CHECKS.map(({ id }) => [id, notApplicable('the client could not be installed')] as const);
  return new Map<CheckId, Cell>([...rest, ['client', failed(messageOf(error))]]);
}

/** In the order of the columns, `AT_ONCE` at a time. */
async function examineAll(columns: readonly Prepared[], world: World, signal: AbortSignal): Promise<Result[]> {
  const results: Result[] = [];
  const open = columns.entries();
  const work = async (): Promise<void> => {
    for (const [index, column] of open) {
      results[index] = await examine(column, world, signal);
      say(`  ${column.name}`);
    }
  };
  // Waits for all, even after a failure: each client must end its child and remove its folder.
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  return results;
}

function readOptions(args: readonly string[]): { json: boolean; help: boolean; columns: readonly Column[] } {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' }, help: { type: 'boolean' }, only: { type: 'string' } },
    }));
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
  const only = values.only?.split(',');
  const unknown = only?.find((id) => COLUMNS.every((column) => column.id !== id));
  if (unknown !== undefined) throw new UsageError(`there is no SDK ${JSON.stringify(unknown)}`);
  const columns = only === undefined ? COLUMNS : COLUMNS.filter(({ id }) => only.includes(id));
  return { json: values.json === true, help: values.help === true, columns };
}

await runCommand(async ({ signal, onEnd }) => {
  const { json, help, columns } = readOptions(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  say('Installing the clients, and deploying on a local cloud …');
  const over = new AbortController();
  const installer = createInstaller(within(AbortSignal.any([signal, over.signal]), INSTALL_PATIENCE));
  const prepared = columns.map((column) => {
    const ready = column.prepare(installer);
    // Read when its turn comes. Until then it must not count as unhandled.
    ready.catch(() => undefined);
    return { ...column, ready };
  });
  onEnd(async () => {
    over.abort();
    await Promise.allSettled(prepared.map(({ ready }) => ready));
  });
  const ids = columns.map(({ id }) => id);
  const world = await startWorld(ROOT, ids, { signal, say: () => undefined });
  onEnd(() => world.close());
  const results = await examineAll(prepared, world, signal);
  process.stdout.write(`${json ? matrixJson(results) : matrixText(results)}\n`);
  return countsOf(results).failed === 0 ? 0 : 1;
});
