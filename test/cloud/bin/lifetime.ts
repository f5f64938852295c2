import { constants } from 'node:os';
import { UsageError } from './options.ts';

/** How a command prepares for its own end. */
export interface Lifetime {
  /** Aborted by Ctrl-C, SIGTERM or a closed terminal. */
  readonly signal: AbortSignal;
  /** Runs when the command ends, however it ends; the latest registered first. */
  readonly onEnd: (cleanUp: () => Promise<void> | void) => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const SIGNAL_BASE = 128;
/**
 * ms within which signals count as one: Ctrl-C reaches the command from the terminal, and again from npm, which passes
 * it on.
 */
const ONE_KEYSTROKE = 1_000;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return process.env['DEBUG'] === undefined ? error.message : (error.stack ?? error.message);
}

/**
 * Runs a command and ends the process: with the status that `command` returns, 2 when the user typed something
 * impossible, 1 when it failed, 128 + the signal's number when a signal ended it before it had a status of its own.
 *
 * The process is ended on purpose, because keep-alive sockets of clients would hold it.
 */
export async function runCommand(command: (life: Lifetime) => Promise<number>): Promise<never> {
  const stop = new AbortController();
  const cleanUps: (() => Promise<void> | void)[] = [];
  let signalStatus: number | undefined;
  let firstSignal = 0;
  for (const name of SIGNALS) {
    process.on(name, () => {
      const status = SIGNAL_BASE + constants.signals[name];
      if (signalStatus === undefined) {
        signalStatus = status;
        firstSignal = performance.now();
        stop.abort(new Error(`ended by ${name}`));
      } else if (performance.now() - firstSignal > ONE_KEYSTROKE) {
        process.exit(status); // The user does not want to wait for the clean-up.
      }
    });
  }
  // A reader that has ended (`| head`) ends this process as SIGPIPE ends other programs: without a message.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' && signalStatus === undefined) {
        signalStatus = SIGNAL_BASE + constants.signals.SIGPIPE;
        firstSignal = performance.now();
      }
      stop.abort(error);
    });
  }

  let status: number;
  let over = false;
  const crashed = new Promise<never>((_, reject) => {
    const crash = (error: unknown): void => (over ? say(`Error: ${explain(error)}`) : reject(error));
    process.on('uncaughtException', crash).on('unhandledRejection', crash);
  });
  try {
    status = await Promise.race([command({ signal: stop.signal, onEnd: (f) => void cleanUps.push(f) }), crashed]);
    over = true;
  } catch (error) {
    over = true;
    if (signalStatus !== undefined) {
      status = signalStatus;
      say('Interrupted.');
    } else {
      say(`Error: ${explain(error)}`);
      status = error instanceof UsageError ? 2 : 1;
      if (status === 2) say('See --help.');
    }
  }
  for (const cleanUp of cleanUps.toReversed()) {
    try {
      await cleanUp();
    } catch (error) {
      say(`Error while cleaning up: ${explain(error)}`);
      if (status === 0) status = 1;
    }
  }
  process.exit(status);
}

/** Resolves when the command must end. */
export function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
