import { readFile, readdir } from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { TEXTS, isText, preferredLanguage, translate } from '../../../../functions/api/console/text/index.ts';
import { CHECKS } from '../../../../shared/preflight/index.ts';
import { HARMLESS as SHOWN_HARMLESS } from '../../../../functions/api/console/screens/harmless.ts';
import { DIFFERENCES, HARMLESS } from '../../../../shared/verify/index.ts';
import { MISMATCHES } from '../../../../shared/rules/index.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const entries = Object.entries(TEXTS);
const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g))].toSorted();

/** The codes in a section of the API's README, by the first word of each item. */
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
  it('exist in English and in Chinese, with the same values', () => {
    const wanting = entries.filter(
      ([, [english, chinese]]) =>
        english.trim() === '' ||
        chinese.trim() === '' ||
        String(placeholders(chinese)) !== String(placeholders(english)),
    );
    expect(wanting).toEqual([]);
  });

  it('are Chinese in Chinese, except names', () => {
    const names = new Set(['Secret ID', 'Secret Key', 'API', 'HTTP {status}', '{n}']);
    const untranslated = entries.filter(([, [, chinese]]) => !/\p{Script=Han}/u.test(chinese) && !names.has(chinese));
    expect(untranslated.map(([key]) => key)).toEqual([]);
  });

  it('explain every cause in the README, with the next step', async () => {
    const causes = await codesOfReadme('Causes');
    expect(causes.length).toBeGreaterThan(20);
    const network = /^(?:Connection|Answer|Deadline)/;
    const missing = causes.filter(
      (code) => !network.test(code) && !(isText(`cause.${code}`) && isText(`todo.${code}`)),
    );
    expect(missing).toEqual([]);
  });

  it('explain every reason of a skip in the README', async () => {
    const reasons = await codesOfReadme('Reasons');
    expect(reasons.length).toBeGreaterThan(4);
    expect(reasons.filter((reason) => !isText(`skip.${reason}`))).toEqual([]);
  });

  it('explain every difference that a comparison can find, with the next step', () => {
    const keys = DIFFERENCES.flatMap((kind) => [`verify.kind.${kind}`, `verify.todo.${kind}`]);
    expect(keys.filter((key) => !isText(key))).toEqual([]);
    expect([...SHOWN_HARMLESS].toSorted()).toEqual([...HARMLESS, 'skipped'].toSorted());
  });

  it('explain every step of the pre-flight and every reason why a rule does not match', () => {
    const keys = [
      ...CHECKS.map((check) => `preflight.check.${check}`),
      ...[...MISMATCHES, 'replica'].map((reason) => `object.rule.${reason}`),
    ];
    expect(keys.filter((key) => !isText(key))).toEqual([]);
  });

  it('are all used, except those that a code of the API selects', async () => {
    const code = await sources(path.join(ROOT, 'functions/api/console'));
    const byCode =
      /^rules\.(?:enable|disable|delete|pause|resume)|^overview\.(?:behind|blocked|paused|ok|complete)|^(?:verify|forecast\.skip|cause|todo|skip|error|check|versioning|state|app\.theme|nav|status|rules\.(?:done|existing|count)|form\.existing|failures|object\.(?:rule|role)|preflight\.(?:check|cause|warning))\./;
    expect(entries.map(([key]) => key).filter((key) => !byCode.test(key) && !code.includes(`'${key}'`))).toEqual([]);
  });

  it('show numbers and names unchanged', () => {
    expect(translate('en', 'rules.count', { n: 1 })).toBe('1 rule');
    expect(translate('en', 'rules.count', { n: 1200 })).toBe('1,200 rules');
    expect(translate('en', 'rules.filter.none', { text: '{n}|<b>' })).toBe('No rule matches “{n}|<b>”.');
  });

  it('are in the first language that the browser asks for', () => {
    expect(preferredLanguage(['fr-FR', 'zh-TW', 'en'])).toBe('zh');
    expect(preferredLanguage(['en-US', 'zh'])).toBe('en');
    expect(preferredLanguage(['fr'])).toBe('en');
  });
});
