import { createHash } from 'node:crypto';

import { formatPlace } from '../cos/index.ts';
import type { ServiceError } from '../errors/index.ts';
import { readXmlByChild, writeXml } from '../xml/index.ts';
import type { XmlElement, XmlInput } from '../xml/index.ts';
import { checkPriorities } from './priorities.ts';
import type { OverlapReading } from './priorities.ts';
import { invalid, quote } from './refusal.ts';
import { checkReplicationTime, readRule } from './rule.ts';
import { MOST_RULES } from './limits.ts';
import { createSchemaCheck } from './schema.ts';
import type { DocumentRule, RuleDocument } from './types.ts';

/** Most bytes of a replication configuration. */
export const MAX_DOCUMENT = 4 * 1024 * 1024;
/** Most bytes as a JSON string: the platform passes on 6 MB, and headers need room as well. */
const MAX_ANSWER = 6_000_000;
/** A rule with all possible elements has 60. A rule with more is refused, but only once it has been read. */
const MOST_ELEMENTS = 1000;
const ROOT = 'ReplicationConfiguration';
const ROLE = /^qcs::cam::uin\/\d{1,20}:uin\/\d{1,20}$/;

/** A rule as it is returned: the text before its ID, and the text after it. */
interface Written {
  readonly before: string;
  readonly after: string;
}

/**
 * Reads a replication configuration as the SDKs send it, one rule after the other, so that the largest document takes
 * no more memory than its rules. Throws `XmlError` (`MalformedXML`, `XMLSizeLimit`) when it is not a replication
 * configuration, and `ServiceError` with status 400 (`InvalidArgument` and the like) for an invalid value.
 */
export function parseRules(body: Uint8Array | string, reading: OverlapReading = 'per-destination'): RuleDocument {
  const limits = { maxBytes: MAX_DOCUMENT, maxElements: Number.POSITIVE_INFINITY, maxChildElements: MOST_ELEMENTS };
  const schema = createSchemaCheck();
  const reader = createReader(reading);
  let refused: unknown;
  const root = readXmlByChild(
    body,
    (element, parent) => {
      schema.child(element, parent);
      try {
        if (refused === undefined) reader.read(element);
      } catch (error) {
        // Malformed XML is reported first, wherever it is; otherwise the first invalid value.
        refused = error;
      }
    },
    limits,
  );
  schema.end(root);
  if (refused !== undefined) throw refused;
  return reader.end();
}

/** Receives the children of the root in document order. */
function createReader(reading: OverlapReading): { read(element: XmlElement): void; end(): RuleDocument } {
  const rules: DocumentRule[] = [];
  const written: Written[] = [];
  let role = '';
  let count = 0;
  let size = 0;
  let before = `<${ROOT}>`;

  const readRoleElement = (element: XmlElement): void => {
    role = readRole(element);
    before += writeXml({ name: element.name, text: role });
  };
  const readRuleElement = (element: XmlElement): void => {
    count += 1;
    if (count > MOST_RULES) return;
    checkReplicationTime(element);
    rules.push(readRule(element));
    const rule = writeRule(element, before);
    before = '';
    size += rule.after.length;
    // Checked here too, so that no more than the limit is ever kept.
    if (size > MAX_DOCUMENT) throw tooLong();
    written.push(rule);
  };
  return {
    read: (element) => {
      if (element.name === 'Role') readRoleElement(element);
      else readRuleElement(element);
    },
    end: () => {
      if (count > MOST_RULES) {
        throw invalid('InvalidArgument', `A configuration holds at most ${MOST_RULES} rules; this one has ${count}.`);
      }
      const named = withIds(rules);
      checkPriorities(named, reading);
      return { role, rules: named, xml: checkSize([...withRuleIds(written, rules, named), `${before}</${ROOT}>`]) };
    },
  };
}

/** The role grants nothing here. But COS would refuse a malformed one, so it is refused here as well. */
function readRole({ text }: XmlElement): string {
  const role = text.trim();
  if (ROLE.test(role)) return role;
  throw invalid('InvalidArgument', `The Role ${quote(role)} is not of the form qcs::cam::uin/<uin>:uin/<uin>.`);
}

/**
 * Fills in missing IDs. An ID is made from the fields that keep a rule the same rule, so sending a document again gives
 * the same IDs.
 */
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

/** The order of tags has no meaning. */
function digest({ prefix, tags, destination }: DocumentRule): string {
  const sorted = tags.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const content = JSON.stringify([prefix, sorted, formatPlace(destination)]);
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

/**
 * The elements as sent, without an empty ID. Namespace declarations are left out too, because a client may fail on
 * them.
 */
function writeRule({ name, children }: XmlElement, before: string): Written {
  const sent = children.filter((element) => element.name !== 'ID' || element.text.trim() !== '');
  const after = sent.map((element) => writeXml(bare(element))).join('');
  return { before: `${before}<${name}>`, after: `${after}</${name}>` };
}

function bare({ name, text, children: inner }: XmlElement): XmlInput {
  return inner.length > 0 ? { name, children: inner.map(bare) } : { name, text };
}

/** Every rule with an ID: its own in its place, or the generated one before all other elements. */
function withRuleIds(
  written: readonly Written[],
  sent: readonly DocumentRule[],
  named: readonly DocumentRule[],
): string[] {
  return written.map(({ before, after }, index) => {
    const id = sent[index]?.id === '' ? named[index]?.id : undefined;
    return before + (id === undefined ? '' : writeXml({ name: 'ID', text: id })) + after;
  });
}

/**
 * Escapes, such as those of quotes, may be longer than the text that was sent, and IDs are filled in. A client that
 * reads the document must be able to send it again.
 */
function checkSize(xml: readonly string[]): readonly string[] {
  const bytes = xml.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
  if (bytes > MAX_DOCUMENT) throw tooLong();
  const answer = xml.reduce((sum, piece) => sum + Buffer.byteLength(JSON.stringify(piece)), 0);
  if (answer <= MAX_ANSWER) return xml;
  throw invalid(
    'XMLSizeLimit',
    `The document would take ${answer} bytes in a JSON answer, which holds ${MAX_ANSWER}: a line end or a tab counts twice.`,
  );
}

const tooLong = (): ServiceError =>
  invalid(
    'XMLSizeLimit',
    `The document would be returned with more than ${MAX_DOCUMENT} bytes: quotes and > become &quot; and &gt;, and IDs are filled in.`,
  );
