import { child, children, writeXml } from '../client/xml.ts';
import type { XmlElement, XmlInput } from '../client/xml.ts';

/** A replication configuration as it was read, with all elements that this page does not know. */
export interface RulesDocument {
  /** `qcs::cam::uin/<uin>:uin/<uin>` */
  readonly role: string;
  readonly rules: readonly XmlElement[];
  readonly root: XmlElement;
}

export function readDocument(root: XmlElement): RulesDocument {
  return { role: child(root, 'Role')?.text.trim() ?? '', rules: children(root, 'Rule'), root };
}

/** A canonical text: equal for documents with the same meaning, however they were written. */
export function writeDocument(
  { root }: { readonly root: XmlInput },
  options: { readonly indent?: boolean } = {},
): string {
  return writeXml(root, options);
}

export const roleOf = (uin: string): string => `qcs::cam::uin/${uin}:uin/${uin}`;

export function idOf(rule: XmlElement): string {
  return child(rule, 'ID')?.text ?? '';
}

/** One change of the rules. It names its rule, so that it can be repeated on newer rules. */
export type Change =
  | (Written & { readonly kind: 'add'; readonly role: string })
  | (Written & { readonly kind: 'replace'; readonly id: string })
  | { readonly kind: 'remove'; readonly id: string };

interface Written {
  readonly rule: XmlInput;
  /** Priorities by ID that rules without one get at the same time. */
  readonly priorities?: ReadonlyMap<string, string>;
}

/** The ID of the rule that a change concerns. */
export function subjectOf(change: Change): string {
  return change.kind === 'add'
    ? ((change.rule.children ?? []).find(({ name }) => name === 'ID')?.text ?? '')
    : change.id;
}

/**
 * The document after a change; undefined when no rule is left, which takes a DELETE. All other elements stay unchanged
 * and in place. `document` undefined: there is no configuration yet.
 */
export function applyChange(document: RulesDocument | undefined, change: Change): XmlInput | undefined {
  if (document === undefined) {
    if (change.kind !== 'add') return undefined;
    return { name: 'ReplicationConfiguration', children: [{ name: 'Role', text: change.role }, change.rule] };
  }
  const { root } = document;
  const priorities = change.kind === 'remove' ? undefined : change.priorities;
  const changed = root.children.flatMap((element): XmlInput[] => {
    if (element.name !== 'Rule') return [element];
    if (change.kind === 'add' || idOf(element) !== change.id) return [numbered(element, priorities)];
    return change.kind === 'remove' ? [] : [change.rule];
  });
  const children = change.kind === 'add' ? [...changed, change.rule] : changed;
  return children.some(({ name }) => name === 'Rule') ? { ...root, children } : undefined;
}

function numbered(rule: XmlElement, priorities: ReadonlyMap<string, string> = new Map()): XmlInput {
  const priority = priorities.get(idOf(rule));
  if (priority === undefined) return rule;
  const rest = rule.children.filter(({ name }) => name !== 'Priority');
  return { ...rule, children: [...rest, { name: 'Priority', text: priority }] };
}

/** IDs of rules that differ between two documents, to show the changes of somebody else. */
export interface Differences {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

export function compareDocuments(before: RulesDocument | undefined, after: RulesDocument | undefined): Differences {
  const texts = (document: RulesDocument | undefined) =>
    new Map(document?.rules.map((rule) => [idOf(rule), writeXml(rule)]));
  const old = texts(before);
  const now = texts(after);
  return {
    added: [...now.keys()].filter((id) => !old.has(id)),
    removed: [...old.keys()].filter((id) => !now.has(id)),
    changed: [...now.keys()].filter((id) => old.has(id) && old.get(id) !== now.get(id)),
  };
}
