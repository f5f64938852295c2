import type { Place } from '../cos/index.ts';
import type { Rule, RuleSet } from './types.ts';

// Read by hand, without a schema library, because `replicate` loads this at every cold start.
type Check = (value: unknown) => boolean;
type Fields<T> = Readonly<Record<keyof Required<T>, Check>>;

const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => Number.isFinite(value);
const flag: Check = (value) => typeof value === 'boolean';
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const tag: Check = (value) => Array.isArray(value) && value.length === 2 && value.every(text);

function object<T>(fields: Fields<T>): Check {
  const checks = Object.entries<Check>(fields);
  return (value) =>
    typeof value === 'object' && value !== null && checks.every(([name, check]) => check(Reflect.get(value, name)));
}

const place = object<Place>({ bucket: text, region: text });

const rule = object<Rule>({
  id: text,
  enabled: flag,
  priority: number,
  prefix: text,
  tags: listOf(tag),
  destination: place,
  storageClass: optional(text),
  kmsKeyId: optional(text),
  kmsObjects: flag,
  deleteMarkers: flag,
  replicaAcl: flag,
  existing: optional((value) => value === 'All' || value === 'Current'),
  start: number,
  deleteMarkersSince: number,
  enabledSince: optional(number),
});

/** The line before the rules: all other fields of the set, and the number of rules. */
export type Head = Omit<RuleSet, 'rules'> & { readonly rules: number };

const head = object<Head>({ source: place, role: text, created: number, rules: number });

/** Whether a JSON value is a head as the store writes it. */
export function isHead(value: unknown): value is Head {
  return head(value);
}

/** Whether a JSON value is a rule as the store writes it. */
export function isRule(value: unknown): value is Rule {
  return rule(value);
}
