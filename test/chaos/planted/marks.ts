import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Edit, MarkEdit } from './mistake.ts';

/** The places in the code where rules of the protocol are marked. */
const FOLDERS = ['shared', 'functions'];
const MARK = /^ *\/\/ (P\d+[a-z]?): /;

/** The file of each mark below `root`, by mark. Throws when two lines have the same mark. */
export async function findMarks(root: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const folder of FOLDERS) {
    for (const file of await readdir(join(root, folder), { recursive: true })) {
      if (!file.endsWith('.ts')) continue;
      const path = join(folder, file);
      for (const line of (await readFile(join(root, path), 'utf8')).split('\n')) {
        const mark = MARK.exec(line)?.[1];
        if (mark === undefined) continue;
        if (found.has(mark)) throw new Error(`${mark} is in ${found.get(mark)} and in ${path}`);
        found.set(mark, path);
      }
    }
  }
  return found;
}

/** The file that an edit changes. Throws when no line has its mark. */
export function fileOf(marks: ReadonlyMap<string, string>, edit: Edit): string {
  const file = 'file' in edit ? edit.file : marks.get(edit.mark);
  if (file === undefined) throw new Error(`no line bears the mark ${'mark' in edit ? edit.mark : ''}`);
  return file;
}

/** The text after the edit. Throws unless its place is there exactly once. */
export function edited(text: string, edit: Edit): string {
  if ('mark' in edit) return editedAtMark(text, edit);
  const parts = text.split(edit.find);
  if (parts.length !== 2)
    throw new Error(
      `a planted text must be once in ${edit.file}, and is there ${parts.length - 1} times: ${edit.find}`,
    );
  return parts.join(edit.put);
}

/** Throws when the mark is missing, or no statement follows it. */
function editedAtMark(text: string, { mark, how, code }: MarkEdit): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => MARK.exec(line)?.[1] === mark);
  if (at === -1) throw new Error(`no line bears the mark ${mark}`);
  const start = lines.findIndex((line, i) => i > at && !line.trimStart().startsWith('//'));
  const end = endOfStatement(lines, start);
  const statement = lines.slice(start, end + 1);
  return lines.toSpliced(start, statement.length, code, ...(how === 'before' ? statement : [])).join('\n');
}

/** The last line of the statement that begins at `start`: brackets are closed, and the line ends like a statement. */
function endOfStatement(lines: readonly string[], start: number): number {
  let depth = 0;
  for (let i = start; i >= 0 && i < lines.length; i += 1) {
    const line = (lines[i] ?? '').replaceAll(/'[^']*'|\/[^/ ]+\/[a-z]*|`[^`]*`/g, '');
    depth += line.replaceAll(/[^([{]/g, '').length - line.replaceAll(/[^)\]}]/g, '').length;
    if (depth < 0) break;
    if (depth === 0 && /[;,}]$/.test(line)) return i;
  }
  throw new Error(`no complete statement follows line ${start}`);
}
