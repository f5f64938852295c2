import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';
import { expect, it } from 'vitest';
import { edited, fileOf, findMarks } from './marks.ts';
import { MISTAKES } from './mistakes.ts';

const marks = await findMarks('.');

it.each(MISTAKES)('the planted mistake has its place, and the code with it compiles: $name', async ({ edits }) => {
  const texts = new Map<string, string>();
  for (const edit of edits) {
    const file = fileOf(marks, edit);
    const before = texts.get(file) ?? (await readFile(file, 'utf8'));
    const after = edited(before, edit);
    expect(after).not.toBe(before);
    texts.set(file, after);
  }
  for (const text of texts.values()) await expect(transform(text, { loader: 'ts' })).resolves.toBeDefined();
});
