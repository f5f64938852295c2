import type { Kind } from '../seeds.ts';

interface Edit {
  readonly file: string;
  /** Is there exactly once. */
  readonly find: string;
  readonly put: string;
}

/** Something that somebody might do wrong while changing the engine. */
export interface Mistake {
  readonly name: string;
  /** Worlds in which it shows. */
  readonly kind: Kind;
  /** One of the first so many fails. */
  readonly worlds: number;
  readonly edits: readonly Edit[];
}

type Worlds = readonly [Kind, number];

export const mistake = (
  name: string,
  [kind, worlds]: Worlds,
  ...edits: readonly (readonly [string, string, string])[]
): Mistake => ({
  name,
  kind,
  worlds,
  edits: edits.map(([file, find, put]): Edit => ({ file, find, put })),
});
