import { createHash } from 'node:crypto';

import { formatPlace } from '../cos/index.ts';
import { children, readXml, textOf, writeXml } from '../xml/index.ts';
import type { XmlElement, XmlInput } from '../xml/index.ts';
import { invalid, quote } from './refusal.ts';
import { checkReplicationTime, readRule } from './rule.ts';
import { MAX_RULES, checkSchema } from './schema.ts';
import type { DocumentRule, RuleDocument } from './types.ts';

/** Bytes of a replication configuration. */
export const MAX_DOCUMENT = 4 * 1024 * 1024;
/** A thousand rules with everything that a rule can have are fewer; a tree of more would only take memory. */
const MOST_ELEMENTS = 64_000;
const ROLE = /^qcs::cam::uin\/\d{1,20}:uin\/\d{1,20}$/;

/**
 * Reads a replication configuration as the SDKs send it. Throws `XmlError` (`MalformedXML`, `XMLSizeLimit`) for what is
 * not one, and `ServiceError` with status 400 (`InvalidArgument` and the like) for a value that cannot be.
 */
export function parseRules(body: Uint8Array | string): RuleDocument {
  const root = readXml(body, { maxBytes: MAX_DOCUMENT, maxElements: MOST_ELEMENTS });
  checkSchema(root);
  const role = (textOf(root, 'Role') ?? '').trim();
  // It grants nothing here, but a rule that COS would refuse is not a rule.
  if (!ROLE.test(role)) {
    throw invalid('InvalidArgument', `The Role ${quote(role)} is not of the form qcs::cam::uin/<uin>:uin/<uin>.`);
  }
  const elements = children(root, 'Rule');
  if (elements.length > MAX_RULES) {
    throw invalid(
      'InvalidArgument',
      `A configuration holds at most ${MAX_RULES} rules; this one has ${elements.length}.`,
    );
  }
  const rules = withIds(
    elements.map((element) => {
      checkReplicationTime(element);
      return readRule(element);
    }),
  );
  return { role, rules, xml: writeXml(withRuleIds(root, rules)) };
}

/** Fills in missing IDs. Made from what keeps a rule the same rule, so sending a document again gives the same IDs. */
function withIds(rules: readonly DocumentRule[]): DocumentRule[] {
  const taken = new Set<string>();
  for (const { id } of rules) {
    if (id === '') continue;
    if (taken.has(id)) throw invalid('InvalidArgument', `Two rules have the ID ${quote(id)}.`);
    taken.add(id);
  }
  return rules.map((rule) => {
    if (rule.id !== '') return rule;
    const base = `rule-${digest(rule)}`;
    let id = base;
    for (let copy = 2; taken.has(id); copy++) id = `${base}-${copy}`;
    taken.add(id);
    return { ...rule, id };
  });
}

function digest({ prefix, tags, destination }: DocumentRule): string {
  const content = JSON.stringify([prefix, tags, formatPlace(destination)]);
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

/** The elements as sent, only the IDs added. Namespace declarations are left out: a client may stumble over them. */
function withRuleIds(root: XmlElement, rules: readonly DocumentRule[]): XmlInput {
  const ids = rules.map(({ id }) => id).values();
  return {
    name: root.name,
    children: root.children.map((element) =>
      element.name === 'Rule' ? withId(element, ids.next().value) : bare(element),
    ),
  };
}

function withId(rule: XmlElement, id: string | undefined): XmlInput {
  const sent = rule.children.filter((element) => element.name !== 'ID' || element.text.trim() !== '').map(bare);
  const has = sent.some(({ name }) => name === 'ID');
  return { name: rule.name, children: has || id === undefined ? sent : [{ name: 'ID', text: id }, ...sent] };
}

function bare({ name, text, children: inner }: XmlElement): XmlInput {
  return inner.length > 0 ? { name, children: inner.map(bare) } : { name, text };
}
