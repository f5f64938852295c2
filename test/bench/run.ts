import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Bench } from './types.ts';

/**
 * `npm run bench -- [NAME] [--json]`: runs one benchmark or all. Each stands in a file of its name and exports
 * `bench<Name>`; each compares with a floor or a peer in the same run, because the machine is not always the same.
 */
const NAMES = ['engine', 'api'] as const;
type Name = (typeof NAMES)[number];

const fileOf = (name: Name): URL => new URL(`./${name}.ts`, import.meta.url);
const present = NAMES.filter((name) => existsSync(fileOf(name)));

async function load(name: Name): Promise<Bench> {
  const module = (await import(fileOf(name).href)) as Readonly<Record<string, unknown>>;
  const bench = module[`bench${name.charAt(0).toUpperCase()}${name.slice(1)}`];
  if (typeof bench !== 'function') throw new TypeError(`${name}.ts has no benchmark to run`);
  return bench as Bench;
}

function read(): { readonly names: readonly Name[]; readonly json: boolean } | undefined {
  try {
    const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true });
    const names = present.filter((name) => positionals.length === 0 || positionals.includes(name));
    const known = positionals.every((one) => (present as readonly string[]).includes(one));
    return known ? { names, json: values.json ?? false } : undefined;
  } catch {
    return undefined;
  }
}

const asked = read();
if (asked === undefined) {
  console.error(`Usage: npm run bench -- [${present.join(' | ')}] [--json]`);
  process.exit(2);
}
const figures: Record<string, unknown> = {};
for (const name of asked.names) {
  const result = await (await load(name))();
  figures[name] = result.figures;
  if (!result.ok) process.exitCode = 1;
  if (!asked.json) console.log([name, ...result.lines.map((line) => `  ${line}`)].join('\n'));
}
if (asked.json) console.log(JSON.stringify(figures));
