/** The types of `remembered.mjs`, whose comments say what the properties mean. */
export interface Memory {
  lookUp(): string | undefined;
  keep(text: string, inputs: readonly string[]): string;
}

export function remembered(made: {
  readonly root: string;
  readonly name: string;
  readonly makers: readonly string[];
  readonly circumstances?: string;
}): Memory;

export function inputsOf(metafile: { readonly inputs: object }, cwd: string): string[];
