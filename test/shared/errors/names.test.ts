import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../../', import.meta.url).pathname;
const CLASS = /class (\w+) extends \w*Error \{((?:\n {2}.*|\n)*)/g;

const sources = ['shared', 'functions'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file)),
);
const classes = sources.flatMap((file) =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(CLASS)].map(([, name = '', body = '']) => ({ file, name, body })),
);

describe('classes of errors', () => {
  it('are found at all', () => {
    expect(classes.length).toBeGreaterThan(10);
  });

  // Bundles shorten the names of classes, while logs, answers and the causes of tasks need them.
  it.each(classes)('have an explicit name: $name of $file', ({ name, body }) => {
    expect(body).toMatch(new RegExp(`\\bname(?:: string)? = '${name}';`));
  });
});
