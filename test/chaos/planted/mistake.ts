import type { Kind } from '../seeds.ts';

/** A change of the code at the place that bears a mark, `P7` or `P7b`: the statement below the comment `// P7: …`. */
export interface Edit {
  readonly mark: string;
  /** `before`: the statement stays, and this comes before it. */
  readonly how: 'instead' | 'before';
  readonly code: string;
}

/** Something that somebody might do wrong while changing the engine. It breaks the rules that its edits name. */
export interface Mistake {
  readonly name: string;
  /** Worlds in which it shows. */
  readonly kind: Kind;
  /** One of so many fails. */
  readonly worlds: number;
  /** The first of them. What is before it does not fail, and need not be run. */
  readonly seed: number;
  readonly edits: readonly Edit[];
}

type Worlds = readonly [kind: Kind, worlds: number, seed?: number];

export const mistake = (name: string, [kind, worlds, seed = 1]: Worlds, ...edits: readonly Edit[]): Mistake => ({
  name,
  kind,
  worlds,
  seed,
  edits,
});

export const instead = (mark: string, code: string): Edit => ({ mark, how: 'instead', code });
export const before = (mark: string, code: string): Edit => ({ mark, how: 'before', code });
export const without = (mark: string): Edit => instead(mark, '');
