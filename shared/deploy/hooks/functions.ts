import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { untilEnded } from '../commands/console.ts';
import { invokeLocal } from '../commands/invoke-local.ts';
import { invoke } from '../commands/invoke.ts';
import { readInterval, readLogs, readStartTime, tailLogs } from '../commands/logs.ts';
import { formatFigures, readFigures } from '../commands/metrics.ts';
import type { Context } from '../context.ts';
import { DeployError } from '../error.ts';
import { desiredFunctions } from '../functions/desired.ts';
import type { Hooks } from './types.ts';

/** Default length of the time for which `metrics` counts. */
const DEFAULT_WINDOW = '24h';

/** The commands about single functions. */
export function functionHooks(context: Context): Hooks {
  return {
    'invoke:run': () => invokeOne(context),
    'invoke:local:run': () => invokeHere(context),
    'logs:show': () => logs(context),
    'metrics:count': () => metrics(context),
  };
}

async function invokeOne(context: Context): Promise<void> {
  const { name } = context.named();
  const result = await invoke(context.platform().scf, name, await eventOf(context));
  context.writers.log.notice(result.log.trimEnd());
  if (result.error !== '') throw new DeployError(`${name} failed: ${result.error}`, 'FUNCTION_ERROR');
  context.print(result.answer);
}

async function invokeHere(context: Context): Promise<void> {
  const desired = context.named();
  await context.bundles([desired.bundle]);
  const entry = path.join(context.packagePath(), desired.bundle, 'index.js');
  const event: unknown = JSON.parse(await eventOf(context));
  const answer = await invokeLocal(desired, context.settings(), context.credentials(), event, entry);
  context.print(JSON.stringify(answer ?? null));
}

async function logs(context: Context): Promise<void> {
  const { name } = context.named();
  const { scf } = context.platform();
  const query = { since: readStartTime(context.text('startTime'), Date.now()), text: context.text('filter') };
  if (context.flag('tail')) {
    const interval = readInterval(context.text('interval'));
    let over = false;
    const ended = untilEnded().then(() => void (over = true));
    const pause = (): Promise<void> => Promise.race([context.sleep(interval), ended]);
    await tailLogs(scf, name, query, { print: context.print, pause, isOver: () => over });
    return;
  }
  const runs = await readLogs(scf, name, query);
  const nothing =
    query.since === undefined && query.text === undefined ? `${name} has not run yet.` : `No run of ${name} fits.`;
  context.print(runs.length === 0 ? nothing : runs.join('\n'));
}

async function metrics(context: Context): Promise<void> {
  const all = desiredFunctions(context.settings());
  const some = context.text('function') === undefined ? all : [context.named()];
  const now = Date.now();
  const since = readStartTime(context.text('startTime') ?? DEFAULT_WINDOW, now) ?? now;
  const until = readStartTime(context.text('endTime'), now, '--endTime') ?? now;
  const { scf } = context.platform();
  const names = some.map(({ name }) => name);
  const figures = await readFigures(scf, names, { since, until });
  context.print(context.flag('json') ? JSON.stringify(figures) : formatFigures(figures));
}

/** JSON text of `--data` or of the file that `--path` names. */
async function eventOf(context: Context): Promise<string> {
  const file = context.text('path');
  const text = file === undefined ? (context.text('data') ?? '{}') : await readFile(file, 'utf8');
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new DeployError('The event is not JSON: quote it, for example -d \'{"key":"value"}\'.', 'BAD_EVENT', cause);
  }
  return text;
}
