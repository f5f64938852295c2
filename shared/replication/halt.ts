/**
 * Why a step was not taken or a look was not finished, though nothing failed. Functions return it in place of their result,
 * and whoever calls them passes it on: the signature says that it can happen.
 */
export type Halt = LookAgain | Ending;

/** Something that was seen is not so any more, so the run has to look at the key again. */
export interface LookAgain {
  readonly halt: 'look-again';
}

/** The run has to end. Another one goes on. */
export type Ending = HandOver | RulesChanged;

/** The time of this run is nearly over, or this piece of work is too long for it. */
export interface HandOver {
  readonly halt: 'hand-over';
  /** Whether some of it was done. If not, the next run fares no better without a pause. */
  readonly progress: boolean;
}

/** The rules that this run began by are not in force any more. */
export interface RulesChanged {
  readonly halt: 'rules-changed';
}

export const LOOK_AGAIN: LookAgain = { halt: 'look-again' };
export const HAND_OVER: HandOver = { halt: 'hand-over', progress: false };
export const RULES_CHANGED: RulesChanged = { halt: 'rules-changed' };

export function isHalt<T>(value: T): value is Extract<T, Halt> {
  return typeof value === 'object' && value !== null && 'halt' in value;
}
