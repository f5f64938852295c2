import type { Story } from './types.ts';

/** For a person: `1,234`. */
export const count = (n: number): string => n.toLocaleString('en-US');

/** For a person: `1 file`, `1,234 files`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

/** The number of each kind of deed in the job. */
export interface Plan {
  /** Keys that are written. */
  readonly keys: number;
  /** Keys beside the files: names that are hard to encode, with bytes of some files. */
  readonly extra: number;
  /** Writes that make a version. */
  readonly puts: number;
  readonly deletions: number;
}

/** `files`: their number. */
export function planOf(stories: readonly Story[], files: number): Plan {
  const kinds = stories.flatMap(({ steps }) => steps.map(({ kind }) => kind));
  const deletions = kinds.filter((kind) => kind === 'delete').length;
  return { keys: stories.length, extra: stories.length - files, puts: kinds.length - deletions, deletions };
}

/** Explains the following numbers, so that a reader can check them. */
export function describePlan({ keys, extra, puts, deletions }: Plan): string[] {
  const again = puts - keys;
  return [
    `${counted(keys, 'object')}: ${counted(keys - extra, 'file')}, and ${count(extra)} of the job's own with odd names.`,
    `${counted(puts, 'version')}: each object once, and ${counted(again, 'overwrite')}; then ${counted(deletions, 'deletion')}.`,
  ];
}
