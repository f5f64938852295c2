import { DeployError } from '../error.ts';

/** Items that are shown without `--limit`. */
const SHOWN = 1000;

/** Number of items to show, from `--limit`. Throws `DeployError` `BAD_LIMIT`. */
export function readLimit(text: string | undefined): number {
  if (text === undefined) return SHOWN;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new DeployError(`--limit is a number of 1 to 9999999, not "${text}".`, 'BAD_LIMIT');
}
