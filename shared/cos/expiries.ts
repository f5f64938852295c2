import { child, children, textOf, type XmlElement } from '../xml/index.ts';
import { optionalText } from './answers.ts';
import { UnusableAnswer } from './calls.ts';
import type { Expiry } from './types.ts';

/** The enabled lifecycle rules that remove versions. Throws `UnusableAnswer` when days are not a number. */
export function readExpiries(lifecycle: XmlElement): readonly Expiry[] {
  return children(lifecycle, 'Rule').flatMap((rule) => {
    const current = currentOf(rule);
    const noncurrent = child(rule, 'NoncurrentVersionExpiration');
    const older = noncurrent && daysOf(optionalText(noncurrent, 'NoncurrentDays'));
    if (textOf(rule, 'Status') !== 'Enabled' || (current ?? older) === undefined) return [];
    return [{ id: textOf(rule, 'ID') ?? '', ...filterOf(rule), current, older }];
  });
}

/** Undefined when current versions stay. An expiration of delete markers alone hides no version. */
function currentOf(rule: XmlElement): number | string | undefined {
  const expiration = child(rule, 'Expiration');
  if (expiration === undefined) return undefined;
  return optionalText(expiration, 'Date') ?? daysOf(optionalText(expiration, 'Days'));
}

function daysOf(text: string | undefined): number | undefined {
  if (text === undefined || /^[0-9]{1,6}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new UnusableAnswer('the days of a lifecycle rule are not a number');
}

/** Older clients put the prefix into the rule itself. */
function filterOf(rule: XmlElement): Pick<Expiry, 'prefix' | 'narrowed'> {
  const filter = child(rule, 'Filter');
  const within = filter === undefined ? rule : (child(filter, 'And') ?? filter);
  const prefix = textOf(within, 'Prefix') ?? '';
  return { prefix, narrowed: within !== rule && within.children.some(({ name }) => name !== 'Prefix') };
}
