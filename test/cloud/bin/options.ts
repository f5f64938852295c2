import { parseArgs } from 'node:util';

/** An error in the typed command: one line, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface StartOptions {
  readonly folder: string | undefined;
  readonly once: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

export interface CloudOptions {
  readonly port: number;
  readonly json: boolean;
  readonly help: boolean;
}

const MAX_PORT = 65_535;

function parse<T>(reader: () => T): T {
  try {
    return reader();
  } catch (error) {
    // parseArgs names the fault on its first line and advises on the following ones.
    throw new UsageError(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error), {
      cause: error,
    });
  }
}

/** Throws `UsageError`. */
export function readStartOptions(args: readonly string[]): StartOptions {
  const { values, positionals } = parse(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }),
  );
  if (positionals.length > 1) throw new UsageError(`one folder at most, not ${positionals.length}`);
  if (positionals[0] === '') throw new UsageError('the name of the folder is empty');
  return { folder: positionals[0], once: values.once, json: values.json, help: values.help };
}

/** Throws `UsageError`. */
export function readCloudOptions(args: readonly string[]): CloudOptions {
  const { values } = parse(() =>
    parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '0' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }),
  );
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > MAX_PORT) {
    throw new UsageError(`--port takes a number from 0 to ${MAX_PORT}, not "${values.port}"`);
  }
  return { port, json: values.json, help: values.help };
}
