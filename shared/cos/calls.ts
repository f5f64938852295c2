import type { CallName } from './errors.ts';
import type { Answer } from './transport.ts';

/**
 * The effect of sending the request a second time. `read`: none. `repeatable`: the same state as after one, so the
 * request may be repeated after a dead connection. `write`: perhaps a second version, so it is never repeated after an
 * unknown outcome.
 */
export type Effect = 'read' | 'repeatable' | 'write';

/** The facts about a call by which its failure is judged. */
export interface CallKind extends CallName {
  readonly effect: Effect;
}

/** One COS call: the request, and how its answer is read. */
export interface Call<T> extends CallKind {
  readonly body?: Uint8Array;
  /** COS moves the bytes of an object before it answers, which takes minutes instead of seconds. */
  readonly slow?: boolean;
  /** Most bytes of the answer; 1 MB by default. */
  readonly limit?: number;
  /** Statuses outside 2xx that `read` understands. */
  readonly accepts?: readonly number[];
  /** Makes a new reader for each try. */
  readonly reader: () => AnswerReader<T>;
}

export interface AnswerReader<T> {
  /** Receives the body of a 200 as it comes in. Without it, the body is in the answer. */
  readonly sink?: (chunk: Uint8Array) => void;
  /** Throws `UnusableAnswer` for an answer that proves nothing, and `CosError` for one that reports a failure. */
  read(answer: Answer): T;
}

export type Invoke = <T>(call: Call<T>) => Promise<T>;

/** An answer that lacks a required statement: whether the call took effect is not known. */
export class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
}
