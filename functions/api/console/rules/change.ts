import { ApiError } from '../client/error.ts';
import type { RulesClient } from '../client/rules-client.ts';
import { applyChange, compareDocuments, idOf, readDocument, subjectOf, writeDocument } from './document.ts';
import type { Change, Differences, RulesDocument } from './document.ts';

/** The loaded rules, from which the screen was made. */
export interface Loaded {
  /** Undefined when there is no configuration. */
  readonly document: RulesDocument | undefined;
  /** HTTP date. */
  readonly storedAt: string | undefined;
  readonly etag: string | undefined;
}

export type Outcome =
  | { readonly kind: 'stored'; readonly loaded: Loaded }
  /** Somebody else has changed the rules since they were loaded. Nothing was sent. */
  | {
      readonly kind: 'changed-before';
      readonly loaded: Loaded;
      readonly differences: Differences;
      /** True when the same change still makes sense on the current rules. */
      readonly repeatable: boolean;
    }
  /** Somebody else stored rules between our PUT and the check after it: theirs are in force now. */
  | { readonly kind: 'changed-after'; readonly loaded: Loaded; readonly differences: Differences };

/** Throws `ApiError`. */
export async function loadRules(client: RulesClient): Promise<Loaded> {
  const stored = await client.rules();
  return stored === undefined
    ? { document: undefined, storedAt: undefined, etag: undefined }
    : { ...stored, document: readDocument(stored.root) };
}

/**
 * Makes a change on the loaded rules, unless they have changed since: a PUT replaces all rules, so it would undo the
 * changes of others. The API compares and stores in one step. Throws `ApiError`.
 */
export async function changeRules(client: RulesClient, loaded: Loaded, change: Change): Promise<Outcome> {
  const next = applyChange(loaded.document, change);
  const xml = next === undefined ? '' : writeDocument({ root: next });
  try {
    if (next === undefined) await client.deleteRules(loaded.etag);
    else await client.putRules(xml, loaded.etag);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'PreconditionFailed') throw error;
    const now = await loadRules(client);
    // The same rules were stored again, so a decision based on them is still valid.
    if (now.etag !== loaded.etag && textOf(now) === textOf(loaded)) return changeRules(client, now, change);
    const differences = compareDocuments(loaded.document, now.document);
    return { kind: 'changed-before', loaded: now, differences, repeatable: isRepeatable(change, now, differences) };
  }
  const after = await loadRules(client);
  if (textOf(after) === xml) return { kind: 'stored', loaded: after };
  return { kind: 'changed-after', loaded: after, differences: compareDocuments(loaded.document, after.document) };
}

const textOf = ({ document }: Loaded): string => (document === undefined ? '' : writeDocument(document));

/** Whether the rule itself was left unchanged; otherwise the user has to look. */
function isRepeatable(change: Change, now: Loaded, { removed, changed }: Differences): boolean {
  const id = subjectOf(change);
  if (change.kind === 'add') return !(now.document?.rules ?? []).some((rule) => idOf(rule) === id);
  return !removed.includes(id) && !changed.includes(id);
}
