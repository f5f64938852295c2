import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { MISTAKES } from './mistakes.ts';

it.each(MISTAKES)('the place of the planted mistake is there exactly once: $name', async ({ edits }) => {
  const texts = new Map<string, string>();
  for (const { file, find, put } of edits) {
    const parts = (texts.get(file) ?? (await readFile(file, 'utf8'))).split(find);
    expect(parts.length - 1, `${find} in ${file}`).toBe(1);
    texts.set(file, parts.join(put));
  }
});
