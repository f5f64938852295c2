import { HAND_OVER, type HandOver } from '../halt.ts';
import type { EngineDeps } from '../settings.ts';
import type { Work } from '../types.ts';

/** The parts of a run that never change. */
export interface RunBase {
  readonly deps: EngineDeps;
  readonly work: Work;
  readonly time: RunTime;
}

export interface RunTime {
  /** ms since 1970: no step is begun later. */
  readonly stop: number;
  /** Undefined while there is time. */
  over(): HandOver | undefined;
}

export const runTime = (stop: number, now: () => number): RunTime => ({
  stop,
  over: () => (now() >= stop ? HAND_OVER : undefined),
});
