import { ServiceError } from '../../../errors/index.ts';
import type { Ending } from '../../halt.ts';

/**
 * Parts of one object in progress at once. A function only waits for them. COS refuses a part that is too much, which
 * closes its lane.
 */
export const LANES = 64;
/** Runs that work on one very large object at once: 256 parts are then in progress. */
export const RUNS = 4;
export const SHARED_FROM = 50 * 2 ** 30;

export interface Lanes {
  readonly lanes: number;
  /** Whether another part may begin. Each lane asks before each part. */
  readonly mayBegin: () => boolean;
}

export interface Travelled {
  /** Parts that were copied. */
  readonly done: number;
  /** Parts that were not. */
  readonly left: number;
  /** The last failure, if some part failed and was not copied afterwards. */
  readonly failure: unknown;
  /** Why no more parts may be copied although none failed. */
  readonly halt: Ending | undefined;
}

/**
 * Copies parts in a fixed number of lanes. Each takes the next part as soon as it is free, so fast ones take more. A
 * part whose failure may pass goes back to the others and its lane stays closed, so a busy destination gets fewer and
 * fewer requests without any waiting. A final failure closes all lanes, and so does a halt. Returns when no part is in
 * progress any more.
 */
export async function inLanes(
  parts: readonly number[],
  copy: (partNumber: number) => Promise<Ending | undefined>,
  { lanes, mayBegin }: Lanes,
): Promise<Travelled> {
  const queue = [...parts].toReversed();
  const state: { open: number; done: number; failure: unknown; halt: Ending | undefined } = {
    open: lanes,
    done: 0,
    failure: undefined,
    halt: undefined,
  };
  const goesOn = (): boolean => state.open > 0 && queue.length > 0 && mayBegin();
  const lane = async (): Promise<void> => {
    while (goesOn()) {
      const part = queue.pop() as number;
      try {
        const halt = await copy(part);
        if (halt !== undefined) {
          queue.push(part);
          state.halt = halt;
          state.open = 0;
          return;
        }
        state.done += 1;
      } catch (error) {
        queue.push(part);
        state.failure = error;
        state.open = isPassing(error) ? state.open - 1 : 0;
        return;
      }
    }
  };
  // A part may come back when all other lanes have already found the queue empty.
  while (goesOn()) await Promise.all(Array.from({ length: state.open }, lane));
  const { done, halt } = state;
  return { done, left: queue.length, failure: queue.length > 0 ? state.failure : undefined, halt };
}

const isPassing = (error: unknown): boolean => error instanceof ServiceError && error.retryable;
