import { readFile, readdir } from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { TEXTS, isText, preferredLanguage, translate } from '../../../../functions/api/console/text/index.ts';
import { CHECKS } from '../../../../shared/preflight/index.ts';
import { DIFFERENCES } from '../../../../shared/verify/index.ts';
import { MISMATCHES } from '../../../../shared/rules/index.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const entries = Object.entries(TEXTS);
const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g))].toSorted();

/** The codes that a section of the README of the API lists, by the first word of each item. */
async function codesOfReadme(section: string): Promise<string[]> {
  const readme = await readFile(path.join(ROOT, 'functions/api/README.md'), 'utf8');
  const text = readme.slice(readme.indexOf(`## ${section}`)).split('\n## ')[0] ?? '';
  return [...text.matchAll(/^- `([\w-]+)`/gm)].map(([, code = '']) => code);
}

async function sources(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  const files = names.filter((name) => /\.tsx?$/.test(name) && !name.startsWith('text'));
  return (await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')))).join('\n');
}

describe('the texts of the console page', () => {
  it('are all there in English and in Chinese, with the same values', () => {
    const wanting = entries.filter(
      ([, [english, chinese]]) =>
        english.trim() === '' ||
        chinese.trim() === '' ||
        String(placeholders(chinese)) !== String(placeholders(english)),
    );
    expect(wanting).toEqual([]);
  });

  it('are Chinese in Chinese, but for names', () => {
    const names = new Set(['Secret ID', 'Secret Key', 'API', 'HTTP {status}', '{n}']);
    const untranslated = entries.filter(([, [, chinese]]) => !/\p{Script=Han}/u.test(chinese) && !names.has(chinese));
    expect(untranslated.map(([key]) => key)).toEqual([]);
  });

  it('have a word for every cause that the README lists, with what to do', async () => {
    const causes = await codesOfReadme('Causes');
    expect(causes.length).toBeGreaterThan(20);
    const network = /^(?:Connection|Answer|Deadline)/;
    const missing = causes.filter(
      (code) => !network.test(code) && !(isText(`cause.${code}`) && isText(`todo.${code}`)),
    );
    expect(missing).toEqual([]);
  });

  it('have a word for every reason for which the README says that a version is skipped', async () => {
    const reasons = await codesOfReadme('Reasons');
    expect(reasons.length).toBeGreaterThan(4);
    expect(reasons.filter((reason) => !isText(`skip.${reason}`))).toEqual([]);
  });

  it('have a word for every difference that a comparison can find, with what to do', () => {
    const keys = DIFFERENCES.flatMap((kind) => [`verify.kind.${kind}`, `verify.todo.${kind}`]);
    expect(keys.filter((key) => !isText(key))).toEqual([]);
  });

  it('have a word for every step of the pre-flight and every reason why a rule does not match', () => {
    const keys = [
      ...CHECKS.map((check) => `preflight.check.${check}`),
      ...[...MISMATCHES, 'replica'].map((reason) => `object.rule.${reason}`),
    ];
    expect(keys.filter((key) => !isText(key))).toEqual([]);
  });

  it('are all used, but for those that a code of the API chooses', async () => {
    const code = await sources(path.join(ROOT, 'functions/api/console'));
    const byCode =
      /^rules\.(?:enable|disable|delete|pause|resume)|^overview\.(?:behind|blocked|paused|ok|complete)|^(?:verify|forecast\.skip|cause|todo|skip|error|check|versioning|state|app\.theme|nav|status|rules\.(?:done|existing|count)|form\.existing|failures|object\.(?:rule|role)|preflight\.(?:check|cause|warning))\./;
    expect(entries.map(([key]) => key).filter((key) => !byCode.test(key) && !code.includes(`'${key}'`))).toEqual([]);
  });

  it('take numbers and names as they are', () => {
    expect(translate('en', 'rules.count', { n: 1 })).toBe('1 rule');
    expect(translate('en', 'rules.count', { n: 1200 })).toBe('1,200 rules');
    expect(translate('en', 'rules.filter.none', { text: '{n}|<b>' })).toBe('No rule matches “{n}|<b>”.');
  });

  it('come in the language that the browser asks for first', () => {
    expect(preferredLanguage(['fr-FR', 'zh-TW', 'en'])).toBe('zh');
    expect(preferredLanguage(['en-US', 'zh'])).toBe('en');
    expect(preferredLanguage(['fr'])).toBe('en');
  });
});
