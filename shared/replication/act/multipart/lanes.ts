import { ServiceError } from '../../../errors/index.ts';

export interface Lanes {
  readonly lanes: number;
  /** Asked before each part. */
  readonly mayBegin: () => boolean;
}

export interface Travelled {
  /** Parts that were copied. */
  readonly done: number;
  /** Parts that were not. */
  readonly left: number;
  /** The last failure, if some part failed and was not copied afterwards. */
  readonly failure: unknown;
}

/**
 * Copies parts in a fixed number of lanes; each takes the next part as soon as it is free, so fast ones take more. A part
 * that failed in passing goes back to the others and its lane stays closed: a place that is too busy is asked less and
 * less, without waiting. A failure that time will not heal closes all lanes. Returns when nothing is under way any more.
 */
export async function inLanes(
  parts: readonly number[],
  copy: (partNumber: number) => Promise<void>,
  { lanes, mayBegin }: Lanes,
): Promise<Travelled> {
  const queue = [...parts].toReversed();
  const state: { open: number; done: number; failure: unknown } = { open: lanes, done: 0, failure: undefined };
  const goesOn = (): boolean => state.open > 0 && queue.length > 0 && mayBegin();
  const lane = async (): Promise<void> => {
    while (goesOn()) {
      const part = queue.pop() as number;
      try {
        await copy(part);
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
  return { done: state.done, left: queue.length, failure: queue.length > 0 ? state.failure : undefined };
}

const isPassing = (error: unknown): boolean => error instanceof ServiceError && error.retryable;
