import type { Kind } from '../kinds.ts';

/** A change of the code at the place that bears a mark, `P7` or `P7b`: the statement below the comment `// P7: …`. */
export interface MarkEdit {
  readonly mark: string;
  /** `before`: the statement stays, and this comes before it. */
  readonly how: 'instead' | 'before';
  readonly code: string;
}

/** A change of code that no rule of the protocol speaks of: a text that is in the file exactly once. */
export interface TextEdit {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

export type Edit = MarkEdit | TextEdit;

/** The way in which a mistake is noticed. */
export type Noticer =
  /** One of so many worlds of this kind fails. `seed`: the first of them. Worlds before it do not fail, and need not be run. */
  | { readonly kind: Kind; readonly worlds: number; readonly seed: number }
  /** A test of this file fails: the mistake lies below the calls of the simulation, or shows there by rare chances. */
  | { readonly file: string };

/** Something that somebody might do wrong while changing the engine. It breaks the rules that its edits name. */
export interface Mistake {
  readonly name: string;
  readonly noticer: Noticer;
  readonly edits: readonly Edit[];
}

type Worlds = readonly [kind: Kind, worlds: number, seed?: number];

/** `noticer`: a kind of world and how many of it, or the name of a test file. */
export const mistake = (name: string, noticer: Worlds | string, ...edits: readonly Edit[]): Mistake => ({
  name,
  noticer:
    typeof noticer === 'string' ? { file: noticer } : { kind: noticer[0], worlds: noticer[1], seed: noticer[2] ?? 1 },
  edits,
});

export const instead = (mark: string, code: string): MarkEdit => ({ mark, how: 'instead', code });
export const before = (mark: string, code: string): MarkEdit => ({ mark, how: 'before', code });
export const without = (mark: string): MarkEdit => instead(mark, '');
export const text = (file: string, find: string, put: string): TextEdit => ({ file, find, put });
