import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

import { describe, expect, it } from 'vitest';

/** Maps the files that may be imported to the files that they import. Paths start at the root and use `/`. */
function importsBelow(...folders: readonly string[]): Map<string, readonly string[]> {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((file) => path.posix.join(folder, file.replaceAll(path.sep, '/')))
      .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts')),
  );
  return new Map(files.map((file) => [file, importsOf(file)]));
}

function importsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  const found = [...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom '(\.[^']+)';/gms)].map(([, name = '']) => name);
  return found.map((name) => path.posix.join(path.posix.dirname(file), name));
}

/** The room of a file, such as `shared/tasks` or `functions/api`. Its door is `index.ts`. */
const roomOf = (file: string): string => file.split('/').slice(0, 2).join('/');

/** The first circle of imports; undefined: there is none. */
function circleIn(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const walk = (node: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const circle = walk(next, [...way, node]);
      if (circle !== undefined) return circle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const circle = walk(node, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

const files = importsBelow('shared', 'functions');

/** All folders around a file: `shared/cos/a.ts` is in `shared` and `shared/cos`. */
const foldersAbove = (file: string): readonly string[] =>
  file.split('/').flatMap((_, depth, names) => (depth === 0 ? [] : [names.slice(0, depth).join('/')]));

/** Imports among the members of a folder, where a folder in it counts as one. */
function partsOf(folder: string): Map<string, readonly string[]> {
  const partOf = (file: string): string | undefined =>
    file.startsWith(`${folder}/`) ? file.slice(folder.length + 1).split('/')[0] : undefined;
  const parts = new Map<string, string[]>();
  for (const [file, imports] of files) {
    const part = partOf(file);
    if (part === undefined) continue;
    const others = imports
      .map(partOf)
      .filter((other) => other !== undefined)
      .filter((other) => other !== part);
    parts.set(part, [...(parts.get(part) ?? []), ...others]);
  }
  return parts;
}

/** Files beside a door that others may import, and why. */
const SIDE_DOORS: Readonly<Record<string, string>> = {
  'functions/api/console/page.ts': 'deploying builds the page into the function',
  'functions/api/console/text/table.ts': 'deploying packs the texts of the page',
  'shared/cos/limits.ts': 'the page checks the length of a prefix, and needs nothing else of the client',
  'shared/rules/limits.ts': 'the page checks a rule before it sends it, and needs no more of the rules',
  'shared/xml/write.ts': 'the page runs in a browser, and readers behind the door need Node',
};

describe('shared and functions', () => {
  it('import other rooms through their doors only', () => {
    const past = [...files].flatMap(([file, imports]) =>
      imports
        .filter((name) => roomOf(name) !== roomOf(file) && name !== `${roomOf(name)}/index.ts` && !(name in SIDE_DOORS))
        .map((name) => `${file} imports ${name}`),
    );
    expect(past).toEqual([]);
  });

  it('have no circle of rooms', () => {
    const rooms = new Map<string, string[]>();
    for (const [file, imports] of files) {
      const others = imports.map(roomOf).filter((room) => room !== roomOf(file));
      rooms.set(roomOf(file), [...(rooms.get(roomOf(file)) ?? []), ...others]);
    }
    expect(circleIn(rooms)).toBeUndefined();
  });

  it('have no circle of files', () => {
    expect(circleIn(files)).toBeUndefined();
  });

  it('have no circle of the files and folders in one folder', () => {
    const folders = new Set([...files.keys()].flatMap(foldersAbove));
    for (const folder of folders) {
      const circle = circleIn(partsOf(folder));
      expect(circle && `${folder}: ${circle.join(' → ')}`).toBeUndefined();
    }
  });

  it('import nothing that exists for tests only', () => {
    const wrong = [...files].filter(([, imports]) => imports.some((name) => name.startsWith('test/')));
    expect(wrong.map(([file]) => file)).toEqual([]);
  });
});

it('the search finds a circle', () => {
  expect(
    circleIn(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
  ).toEqual(['b', 'c', 'b']);
  expect(
    circleIn(
      new Map([
        ['a', ['b', 'c']],
        ['b', ['c']],
        ['c', []],
      ]),
    ),
  ).toBeUndefined();
});
