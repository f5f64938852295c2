import { readdirSync, readFileSync } from 'node:fs';
import type { WorldOptions } from './options.ts';

/** The worlds that a folder beside this file keeps, each with its name in words. */
export function storedWorlds(folder: 'worlds' | 'limits'): readonly (readonly [name: string, world: WorldOptions])[] {
  const place = new URL(`./${folder}/`, import.meta.url);
  return readdirSync(place).map((file) => [
    file.replace(/\.json$/, '').replaceAll('-', ' '),
    JSON.parse(readFileSync(new URL(file, place), 'utf8')) as WorldOptions,
  ]);
}
