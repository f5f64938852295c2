/**
 * Why a step was not taken or a look was not finished although nothing failed. Functions return it instead of their
 * result, and callers pass it on, so each signature shows that it can happen.
 */
export type Halt = LookAgain | Ending;

/** Something that was observed has changed, so the run has to look at the key again. */
export interface LookAgain {
  readonly halt: 'look-again';
}

/** The run has to end. Another one goes on. */
export type Ending = HandOver | RulesChanged;

/** The time of this run is nearly over, or this piece of work is too long for it. */
export interface HandOver {
  readonly halt: 'hand-over';
  /** Whether some of it was done. If not, the next run must pause first, because it would achieve no more. */
  readonly progress: boolean;
}

/** The rules that this run began by are no longer in force. */
export interface RulesChanged {
  readonly halt: 'rules-changed';
}

export const LOOK_AGAIN: LookAgain = { halt: 'look-again' };
export const HAND_OVER: HandOver = { halt: 'hand-over', progress: false };
export const RULES_CHANGED: RulesChanged = { halt: 'rules-changed' };

export function isHalt<T>(value: T): value is Extract<T, Halt> {
  return typeof value === 'object' && value !== null && 'halt' in value;
}
