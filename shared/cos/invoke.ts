import { failureOfStatus, header, mayBeClock } from './answers.ts';
import { UnusableAnswer } from './calls.ts';
import type { AnswerReader, Call, Invoke } from './calls.ts';
import { CosError } from './errors.ts';
import { keyProblem } from './keys.ts';
import type { RequestBuilder } from './request.ts';
import { nextStep } from './retry.ts';
import type { Attempt, FailedAttempt } from './retry.ts';
import { TransportError } from './transport.ts';
import type { Answer, Transport, TransportProblem } from './transport.ts';

const ANSWER_LIMIT = 1024 * 1024;

const CODE_OF_PROBLEM: Readonly<Record<TransportProblem, string>> = {
  unreachable: 'ConnectionFailed',
  reset: 'ConnectionReset',
  timeout: 'AnswerTimeout',
  cut: 'AnswerIncomplete',
  unusable: 'AnswerMalformed',
  'too-large': 'AnswerTooLarge',
  rejected: 'InvalidArgument',
};

export interface InvokeOptions {
  readonly transport: Transport;
  readonly requests: RequestBuilder;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly deadline: () => number;
  readonly tries: number;
  /** Timeouts in ms: of a call, and of one during which COS moves an object. */
  readonly timeouts: { readonly usual: number; readonly slow: number };
}

/** Sends calls. Each try has a fresh signature and bounded time; a call is repeated only where that does no harm. */
export function createInvoke(options: InvokeOptions): Invoke {
  const { now, deadline } = options;

  return async <T>(call: Call<T>): Promise<T> => {
    const problem = problemOf(call);
    if (problem) throw new CosError(call, problem.reason, { code: problem.code, status: 400 });
    let uncertain = false;
    for (let history = { tries: 0, stale: false, skewed: false }; ;) {
      const attempt = await tryOnce(options, call);
      if (attempt.ok) return attempt.value;
      const error = uncertain ? withUnknownOutcome(call, attempt.error) : attempt.error;
      const step = nextStep(call.effect, attempt, history, options);
      if (step === undefined) throw error;
      // The effect of the first sending is unknown, so a `FileAlreadyExists` to the second may concern our own object.
      uncertain ||= call.effect !== 'read' && attempt.hint === 'stale';
      history = step.history;
      if (step.delay > 0) {
        if (now() + step.delay >= deadline()) throw error;
        await options.sleep(step.delay);
      }
    }
  };
}

/** Why a request must not be sent: it would reach something other than the caller means. */
function problemOf({ key, query }: Call<unknown>): { readonly code: string; readonly reason: string } | undefined {
  const empty = query?.find(([name, value]) => value === '' && (name === 'versionId' || name === 'uploadId'));
  if (empty) return { code: 'InvalidArgument', reason: `${empty[0]} is empty` };
  return key === undefined ? undefined : keyProblem(key);
}

async function tryOnce<T>(options: InvokeOptions, call: Call<T>): Promise<Attempt<T>> {
  const { timeouts, transport, requests } = options;
  const timeout = Math.min(call.slow ? timeouts.slow : timeouts.usual, options.deadline() - options.now());
  if (timeout <= 0) {
    const details = { code: 'DeadlineReached', retryable: true };
    return { ok: false, error: new CosError(call, 'no time is left for this call', details), hint: 'final' };
  }
  const reader = call.reader();
  let answer: Answer;
  try {
    answer = await transport.send({
      method: call.method,
      ...requests.build(call),
      body: call.body,
      timeout,
      limit: call.limit ?? ANSWER_LIMIT,
      sink: reader.sink,
    });
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return { ok: false, ...failureOfTransport(call, error) };
  }
  if (answer.status >= 200 && answer.status < 300) return readAnswer(call, reader, answer);
  if (mayBeClock(answer) && requests.learnTime(header(answer, 'date'))) {
    return { ok: false, error: failureOfStatus(call, answer), hint: 'skewed' };
  }
  if (call.accepts?.includes(answer.status)) return readAnswer(call, reader, answer);
  return { ok: false, error: failureOfStatus(call, answer), hint: undefined };
}

function readAnswer<T>(call: Call<T>, reader: AnswerReader<T>, answer: Answer): Attempt<T> {
  try {
    return { ok: true, value: reader.read(answer) };
  } catch (error) {
    if (error instanceof CosError) return { ok: false, error, hint: undefined };
    if (!(error instanceof UnusableAnswer)) throw error;
    const requestId = header(answer, 'x-cos-request-id');
    const malformed = new CosError(call, error.message, {
      code: 'AnswerMalformed',
      status: answer.status,
      retryable: true,
      outcome: call.effect === 'read' ? 'none' : 'unknown',
      cause: error,
      ...(requestId === undefined ? {} : { requestId }),
    });
    return { ok: false, error: malformed, hint: undefined };
  }
}

function failureOfTransport(call: Call<unknown>, failure: TransportError): Omit<FailedAttempt, 'ok'> {
  const { problem, reused } = failure;
  const unsent = problem === 'unreachable' || problem === 'rejected';
  const error = new CosError(call, failure.message, {
    code: CODE_OF_PROBLEM[problem],
    retryable: problem !== 'rejected' && problem !== 'too-large',
    outcome: unsent || call.effect === 'read' ? 'none' : 'unknown',
    cause: failure.cause,
  });
  if (problem === 'unreachable') return { error, hint: 'unsent' };
  return { error, hint: problem === 'reset' && reused ? 'stale' : undefined };
}

function withUnknownOutcome(call: Call<unknown>, error: CosError): CosError {
  if (error.outcome === 'unknown') return error;
  const { code, status, retryable, requestId, side } = error;
  return new CosError(call, 'after a first try of unknown outcome', {
    code,
    status,
    retryable,
    outcome: 'unknown',
    cause: error,
    ...(requestId === undefined ? {} : { requestId }),
    ...(side === undefined ? {} : { side }),
  });
}
