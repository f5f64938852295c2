import middy from '@middy/core';
import type { MiddlewareObj } from '@middy/core';

import { field, textField } from './guards.ts';
import { describeError, formatLine } from './log.ts';
import { optimizeLater } from './optimize-later.ts';
import type { Run } from './types.ts';

/** The module of a function as the platform loads it: `exports.main_handler = …`. */
export type MainHandler<T> = (event: unknown, context?: object) => Promise<T>;

/** Clock and output of a function; a test passes its own. */
export interface RunOptions {
  /** ms since 1970. */
  readonly now?: () => number;
  /** Writes one line, which is passed without its line feed. */
  readonly write?: (line: string) => void;
}

/** Time limit in ms when the context names none: the platform's default for a new function. */
const DEFAULT_TIME_LIMIT = 3000;

interface RunContext {
  readonly run: Run;
}

/**
 * The common stack of every function: wakes dead connections, sets the deadline of the run, and writes one JSON line
 * with request ID, duration and outcome. Errors are rethrown, because SCF then repeats the event. `outcome` adds fields
 * of the result to that line.
 */
export function runFunction<T>(
  handler: (event: unknown, run: Run) => Promise<T>,
  { now = Date.now, write = (line) => console.log(line) }: RunOptions,
  outcome: (result: T) => Readonly<Record<string, unknown>> = () => ({}),
): MainHandler<T> {
  // Otherwise middy races a timer of its own, through an AbortController that all runs of a process share.
  const stack = middy<unknown, T, Error, RunContext>({ timeoutEarlyInMillis: 0 })
    .use(thaw())
    .use(observe({ now, write, outcome }))
    .handler((event: unknown, { run }) => handler(event, run));
  return (event, context = {}) => stack(event, context as RunContext);
}

/** A function that COS, a timer or another function starts. */
export function eventFunction<T>(
  handler: (event: unknown, run: Run) => Promise<T>,
  options: RunOptions = {},
): MainHandler<T> {
  return runFunction(handler, options);
}

/**
 * An instance is frozen between two runs, and its idle connections die unnoticed. One turn of the event loop lets Node
 * notice them. Otherwise the first request after a thaw would use a dead socket.
 */
function thaw(): MiddlewareObj<unknown, unknown, Error, RunContext> {
  let runs = 0;
  return {
    before: async ({ context }) => {
      runs += 1;
      if (runs === 2) optimizeLater();
      // The answer is complete when the promise settles; idle connections must not prolong the run.
      Object.assign(context, { callbackWaitsForEmptyEventLoop: false });
      await new Promise(setImmediate);
    },
  };
}

function observe<T>({
  now,
  write,
  outcome,
}: Required<RunOptions> & { outcome: (result: T) => Readonly<Record<string, unknown>> }): MiddlewareObj<
  unknown,
  T,
  Error,
  RunContext,
  { started?: number; told?: { error: boolean } }
> {
  const line = (run: Run, started: number, fields: Readonly<Record<string, unknown>>) =>
    run.log({ ...fields, durationMs: now() - started });
  return {
    before: (request) => {
      const started = now();
      const requestId = textField(request.context, 'request_id') ?? 'unknown';
      const limit = field(request.context, 'time_limit_in_ms');
      const told = { error: false };
      const log: Run['log'] = (fields) => {
        told.error ||= fields['level'] === 'error';
        write(formatLine({ requestId, ...fields }));
      };
      const deadline = started + (typeof limit === 'number' && limit > 0 ? limit : DEFAULT_TIME_LIMIT);
      request.internal = { started, told };
      request.context = { ...request.context, run: { requestId, deadline, log } };
    },
    after: ({ context, internal, response }) => {
      line(context.run, internal.started ?? now(), {
        level: 'info',
        // Work that was left to a later run has a log line of its own, and is no failure of this one.
        outcome: internal.told?.error === true ? 'work-left' : 'ok',
        ...(response === null ? {} : outcome(response)),
      });
    },
    onError: ({ context, internal, error }) => {
      line(context.run, internal.started ?? now(), { level: 'error', outcome: 'error', error: describeError(error) });
    },
  };
}
