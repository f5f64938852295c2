import type * as z from 'zod/mini';
import type { KeyStore } from '../../access/index.ts';
import type { ApiAddress } from '../cloud/api-call.ts';
import { DeployError } from '../error.ts';
import type { Settings } from '../types.ts';

/** Everything that the commands which ask the API of a deployment need from outside. */
export interface ApiDeps {
  readonly settings: Pick<Settings, 'sources'>;
  readonly keys: Pick<KeyStore, 'add' | 'remove'>;
  readonly address: ApiAddress;
  readonly print: (text: string) => void;
}

/** The source bucket of a command; without a name, the only one. Throws `DeployError`. */
export function bucketOf({ sources }: Pick<Settings, 'sources'>, asked: string | undefined): string {
  const known = sources.map(({ bucket }) => bucket);
  if (asked === undefined) {
    const [only] = known;
    if (known.length === 1 && only !== undefined) return only;
    throw new DeployError(`Name the source bucket: --bucket with one of ${known.join(', ')}.`, 'NO_BUCKET');
  }
  if (known.includes(asked)) return asked;
  throw new DeployError(`${asked} is not a source of this deployment: use ${known.join(', ')}.`, 'NOT_A_SOURCE');
}

/** The fields that have a value. */
export const without = (fields: Readonly<Record<string, string | undefined>>): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** An answer in the form that a command reads. Throws `DeployError`. */
export function parse<T extends z.ZodMiniType>(schema: T, answer: unknown): z.infer<T> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new DeployError(
    'The API answered in a form that this command does not know: deploy the functions again, so that both are of one release.',
    'API_OTHER_RELEASE',
  );
}

/**
 * A text that others wrote, in quotes and safe for a terminal: no line breaks, no control characters (nor those above
 * ASCII), no invisible ones, and none that change the writing direction.
 */
export const quoted = (text: string): string =>
  JSON.stringify(text).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`,
  );

export const count = (value: number): string => value.toLocaleString('en-US');

/** A duration for a person: `4.2 s`, `12 min`, `3.5 h`, `9 d`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${(minutes / 60).toFixed(1)} h` : `${Math.round(minutes / 60 / 24)} d`;
}

/** Bytes for a person: `4.2 MB`. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** An amount of money: `12.34 CNY`. Below one it has four digits, because single rules cost that little. */
export function money({ total, currency }: { readonly total: number; readonly currency: string }): string {
  const text = total.toFixed(total < 1 ? 4 : 2);
  return total > 0 && Number(text) === 0 ? `under 0.0001 ${currency}` : `${text} ${currency}`;
}
