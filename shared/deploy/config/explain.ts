import type { Locate } from './locate.ts';
import { shown } from './shown.ts';

/** The expected form of values for which Ajv shows only a pattern. */
const FORMS: readonly (readonly [path: RegExp, form: string])[] = [
  [/\.timer\.cron$/, 'write seven fields: second minute hour day month weekday year, for example "0 * * * * * *"'],
  [/\.timer\.name$/, 'write a letter, then letters, digits, - and _, 60 at most'],
  [/\.handler$/, 'write functions/NAME/index.main_handler, where NAME is a folder under functions'],
  [/\.state\.prefix$/, 'write lower-case letters and a slash, for example tasks/'],
];

/**
 * The CLI's sentences about a configuration that does not match the schemas, each with its line, the value, and the
 * expected form. Pure.
 */
export function explainMessages(messages: readonly string[], configuration: unknown, locate: Locate): string[] {
  return messages.map((message) => {
    const parts = /^at (?:root|'([^']*)'): (.*)$/s.exec(message);
    if (parts === null) return `${locate([])}: ${message}`;
    const [, quoted, text = ''] = parts;
    const path = quoted === undefined ? [] : quoted.split('.');
    const unknown = /^unrecognized property '([^']+)'$/.exec(text)?.[1];
    const name = [...path, ...(unknown === undefined ? [] : [unknown])].join('.');
    const where = locate(steps([...path, ...(unknown === undefined ? [] : [unknown])]));
    if (unknown !== undefined) return `${where}: ${name} is not a setting; correct its name or take it out.`;
    const missing = /^must have required property '([^']+)'$/.exec(text)?.[1];
    if (missing !== undefined) return `${where}: ${[...path, missing].join('.')} is missing.`;
    const value = steps(path).reduce<unknown>(
      (within, step) =>
        typeof within === 'object' && within !== null ? (within as Record<string | number, unknown>)[step] : undefined,
      configuration,
    );
    const is = path.length === 0 || value === undefined ? '' : ` is ${shown(value)}, and`;
    const form = FORMS.find(([pattern]) => pattern.test(name))?.[1];
    const reason = text.startsWith('must match pattern') && form !== undefined ? `does not fit; ${form}` : text;
    return `${where}: ${name}${is} ${reason}.`;
  });
}

/** Positions in a list are numbers. */
const steps = (path: readonly string[]): (string | number)[] =>
  path.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
