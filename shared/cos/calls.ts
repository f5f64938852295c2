import type { CallName } from './errors.ts';
import type { Answer } from './transport.ts';

/**
 * The effect of sending the request a second time. `read`: nothing. `repeatable`: the same state as sending it once,
 * so it may follow a connection that turned out to be dead. `write`: perhaps a second version, so never after an
 * unknown outcome.
 */
export type Effect = 'read' | 'repeatable' | 'write';

/** The facts about a call that judge a failure of it. */
export interface CallKind extends CallName {
  readonly effect: Effect;
}

/** One COS call: what to send and how to understand the answer. */
export interface Call<T> extends CallKind {
  readonly body?: Uint8Array;
  /** COS moves the bytes of an object before it answers: minutes instead of seconds. */
  readonly slow?: boolean;
  /** Most bytes of the answer; 1 MB unless told. */
  readonly limit?: number;
  /** Statuses outside 2xx that `read` understands. */
  readonly accepts?: readonly number[];
  /** A new one for each try. */
  readonly reader: () => AnswerReader<T>;
}

export interface AnswerReader<T> {
  /** Takes the body of a 200 while it comes in; without it the body is in the answer. */
  readonly sink?: (chunk: Uint8Array) => void;
  /** Throws `UnusableAnswer` for an answer that proves nothing, and `CosError` for one that reports a failure. */
  read(answer: Answer): T;
}

export type Invoke = <T>(call: Call<T>) => Promise<T>;

/** An answer that does not say what it must: whether the call took effect is not known. */
export class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
}
