import {
  FIRST_PRIORITY,
  LAST_PRIORITY,
  LONGEST_ID,
  LONGEST_PREFIX,
  LONGEST_TAG_KEY,
  LONGEST_TAG_VALUE,
  MOST_RULES,
  MOST_TAGS,
} from '../../../../shared/rules/limits.ts';
import type { Deployment } from '../../schemas.ts';
import type { RuleFields } from './fields.ts';

/** Most other rules that one remark names. */
const NAMED = 5;
export const STORAGE_CLASSES = ['STANDARD', 'STANDARD_IA', 'INTELLIGENT_TIERING', 'ARCHIVE', 'DEEP_ARCHIVE'] as const;

/** A fault of a rule, or a remark before it is stored. */
export interface Finding {
  readonly level: 'error' | 'warning';
  readonly field: keyof RuleFields | 'uin';
  /** Key in the table of texts. */
  readonly text: string;
  readonly values?: Readonly<Record<string, string | number>>;
}

/** The context in which a rule is checked. */
export interface Surroundings {
  readonly bucket: string;
  readonly deployment: Pick<Deployment, 'destinations'>;
  /** The other rules of the document. */
  readonly others: readonly RuleFields[];
  /** The rule before the change; undefined for a new one. */
  readonly before: RuleFields | undefined;
}

/** The checks of the API that are made before a request is sent. The API itself reports all other faults. */
export function checkRule(fields: RuleFields, around: Surroundings): Finding[] {
  if (around.before === undefined && around.others.length >= MOST_RULES) {
    return [{ level: 'error', field: 'id', text: 'check.rules.many', values: { n: MOST_RULES } }];
  }
  return [
    ...checkName(fields, around),
    ...checkFilter(fields),
    ...checkDestination(fields, around),
    ...checkPriority(fields, around),
    ...checkOptions(fields),
    ...checkStart(fields, around),
  ];
}

export const isUin = (text: string): boolean => /^\d{1,20}$/.test(text);

function checkName({ id }: RuleFields, { others }: Surroundings): Finding[] {
  if (id.trim() === '') return [{ level: 'error', field: 'id', text: 'check.id.empty' }];
  if (id.length > LONGEST_ID)
    return [{ level: 'error', field: 'id', text: 'check.id.long', values: { n: LONGEST_ID } }];
  if (!isXmlText(id)) return [{ level: 'error', field: 'id', text: 'check.characters' }];
  if (others.some((other) => other.id === id)) return [{ level: 'error', field: 'id', text: 'check.id.taken' }];
  return [];
}

function checkFilter({ prefix, tags }: RuleFields): Finding[] {
  const found: Finding[] = [];
  if (new TextEncoder().encode(prefix).length > LONGEST_PREFIX) {
    found.push({ level: 'error', field: 'prefix', text: 'check.prefix.long', values: { n: LONGEST_PREFIX } });
  }
  if (!isXmlText(prefix)) found.push({ level: 'error', field: 'prefix', text: 'check.characters' });
  if (prefix.startsWith('/')) found.push({ level: 'warning', field: 'prefix', text: 'check.prefix.slash' });
  if (prefix.includes('*')) found.push({ level: 'warning', field: 'prefix', text: 'check.prefix.star' });
  if (tags.length > MOST_TAGS)
    found.push({ level: 'error', field: 'tags', text: 'check.tags.many', values: { n: MOST_TAGS } });
  const wrong = tags.some(
    ([key, value]) =>
      key === '' ||
      key.length > LONGEST_TAG_KEY ||
      value.length > LONGEST_TAG_VALUE ||
      !isXmlText(key) ||
      !isXmlText(value),
  );
  if (wrong) found.push({ level: 'error', field: 'tags', text: 'check.tags.wrong' });
  if (new Set(tags.map(([key]) => key)).size < tags.length) {
    found.push({ level: 'error', field: 'tags', text: 'check.tags.twice' });
  }
  return found;
}

function checkDestination({ bucket, region }: RuleFields, { bucket: source, deployment }: Surroundings): Finding[] {
  if (bucket === '') return [{ level: 'error', field: 'bucket', text: 'check.bucket.empty' }];
  if (bucket === source) return [{ level: 'error', field: 'bucket', text: 'check.bucket.source' }];
  const listed = deployment.destinations.find((place) => place.bucket === bucket && place.region === region);
  const values = { bucket, region };
  if (listed === undefined) return [{ level: 'error', field: 'bucket', text: 'check.bucket.unlisted', values }];
  if (listed.versioning !== 'Enabled' && listed.versioning !== 'unknown') {
    return [{ level: 'error', field: 'bucket', text: 'check.bucket.versioning', values }];
  }
  return [];
}

function checkPriority(fields: RuleFields, { others }: Surroundings): Finding[] {
  const { priority } = fields;
  const at = { level: 'error', field: 'priority' } as const;
  if (priority !== '' && (!/^\d{1,9}$/.test(priority) || !isPriority(Number(priority)))) {
    return [{ ...at, text: 'check.priority.number', values: { n: LAST_PRIORITY } }];
  }
  const overlapping = others.filter((other) => overlap(fields, other));
  if (priority === '') {
    if (others.some((other) => other.priority !== '')) return [{ ...at, text: 'check.priority.all' }];
    return overlapping.slice(0, NAMED).map(({ id }) => ({ ...at, text: 'check.overlap', values: { id } }));
  }
  const same = others.find((other) => other.priority !== '' && Number(other.priority) === Number(priority));
  if (same !== undefined) return [{ ...at, text: 'check.priority.taken', values: { id: same.id } }];
  const numbered = numberOthers(fields, others);
  const told: Finding[] = overlapping.slice(0, NAMED).map((other) => {
    const its = other.priority === '' ? (numbered.get(other.id) ?? '') : other.priority;
    const wins = Number(priority) < Number(its);
    const text = wins ? 'check.overlap.wins' : 'check.overlap.loses';
    return { level: 'warning', field: 'priority', text, values: { id: other.id, priority: its } };
  });
  if (numbered.size === 0) return told;
  const list = [...numbered].slice(0, NAMED).map(([id, number]) => `${id} = ${number}`);
  const values = { list: list.join(', ') + (numbered.size > NAMED ? ' …' : '') };
  return [{ level: 'warning', field: 'priority', text: 'check.priority.others', values }, ...told];
}

const isPriority = (number: number): boolean => number >= FIRST_PRIORITY && number <= LAST_PRIORITY;

/**
 * Priorities for the rules that have none, when this one gets one: either all rules have one or none has. They keep
 * their order; numbers in use are skipped.
 */
export function numberOthers(fields: RuleFields, others: readonly RuleFields[]): ReadonlyMap<string, string> {
  if (fields.priority === '') return new Map();
  const taken = new Set([fields, ...others].map(({ priority }) => Number(priority || 0)));
  const numbered = new Map<string, string>();
  let next = FIRST_PRIORITY;
  for (const { id, priority } of others) {
    if (priority !== '') continue;
    while (taken.has(next)) next += 1;
    taken.add(next);
    numbered.set(id, String(next));
  }
  return numbered;
}

/** Priority of a new rule: the number after all others if they have numbers, otherwise none. */
export function freshPriority(others: readonly RuleFields[]): string {
  const taken = new Set(others.map(({ priority }) => Number(priority || 0)));
  if (others.every(({ priority }) => priority === '')) return '';
  let number = Math.max(...taken) + 1;
  while (number > LAST_PRIORITY || taken.has(number)) number = number > LAST_PRIORITY ? FIRST_PRIORITY : number + 1;
  return String(number);
}

/** Whether both rules can cover one key at one destination. Disabled rules count, because they may be enabled. */
function overlap(a: RuleFields, b: RuleFields): boolean {
  if (a.bucket !== b.bucket || a.region !== b.region) return false;
  return a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
}

function checkOptions({ kmsKeyId, kmsObjects }: RuleFields): Finding[] {
  const found: Finding[] = [];
  if (kmsKeyId !== '' && !/^[\x21-\x7e]{1,1024}$/.test(kmsKeyId)) {
    found.push({ level: 'error', field: 'kmsKeyId', text: 'check.kms.key' });
  }
  if (kmsObjects && kmsKeyId === '') found.push({ level: 'warning', field: 'kmsKeyId', text: 'check.kms.missing' });
  return found;
}

/** Warns of a new start: with another ID, filter or destination it is a new rule for the service. */
function checkStart(fields: RuleFields, { before }: Surroundings): Finding[] {
  if (before === undefined) return [];
  const identity = ({ id, prefix, tags, bucket, region }: RuleFields) =>
    JSON.stringify([id, prefix, tags.map((tag) => JSON.stringify(tag)).toSorted(), bucket, region]);
  if (identity(fields) === identity(before)) return [];
  const field = fields.bucket !== before.bucket ? 'bucket' : fields.id !== before.id ? 'id' : 'prefix';
  return [{ level: 'warning', field, text: 'check.restart' }];
}

/** Whether XML can hold the text: no control characters, no half of a surrogate pair. */
function isXmlText(text: string): boolean {
  return !/(?![\t\n])\p{Cc}|[\p{Surrogate}\uFFFE\uFFFF]/u.test(text);
}
