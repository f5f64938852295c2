import type { Kind } from '../kinds.ts';

/** A change of the code at a mark, `P7` or `P7b`: the statement below the comment `// P7: …`. */
export interface MarkEdit {
  readonly mark: string;
  /** `before`: the statement stays, and this comes before it. */
  readonly how: 'instead' | 'before';
  readonly code: string;
}

/** A change of code that belongs to no rule of the protocol: a text that is in the file exactly once. */
export interface TextEdit {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

export type Edit = MarkEdit | TextEdit;

/** How a mistake is noticed. */
export type Noticer =
  /**
   * One of this many worlds of this kind fails. `seed`: the first of them. Worlds before it do not fail, and need not
   * be run.
   */
  | { readonly kind: Kind; readonly worlds: number; readonly seed: number }
  /** A test of this file fails, because the simulation cannot meet the mistake, or meets it rarely. */
  | { readonly file: string };

/** A mistake that somebody might make when changing the engine. It breaks the rules whose marks its edits name. */
export interface Mistake {
  readonly name: string;
  readonly noticer: Noticer;
  readonly edits: readonly Edit[];
}

type Worlds = readonly [kind: Kind, worlds: number, seed?: number];

/** `noticer`: a kind of world and how many worlds of it, or the name of a test file. */
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
