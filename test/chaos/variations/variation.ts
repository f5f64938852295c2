import type { Sketch } from '../mix.ts';

/** The randomness of one world. The order of its calls is part of the world. */
export interface Dice {
  /** From 0 to 1. */
  readonly random: () => number;
  /** A whole number, both ends included. */
  readonly between: (least: number, most: number) => number;
  /** The weight or nothing, with equal chances. */
  readonly half: (weight: number) => number;
}

/** How a kind of world departs from the ordinary mix. */
export type Variation = (world: Sketch, dice: Dice) => Sketch;

export const diceOf = (random: () => number): Dice => ({
  random,
  between: (least, most) => least + Math.floor(random() * (most - least + 1)),
  half: (weight) => (random() < 0.5 ? weight : 0),
});
