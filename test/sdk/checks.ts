/**
 * The rows of the matrix. A client's program reports each by its ID; the last four are judged from the recorded
 * requests.
 */
export const CHECKS = [
  { id: 'client', title: 'client installed', by: 'runner' },
  { id: 'none', title: 'none configured', by: 'client' },
  { id: 'put', title: 'put', by: 'client' },
  { id: 'get', title: 'get', by: 'client' },
  { id: 'read-after-write', title: 'read after write', by: 'client' },
  { id: 'replace', title: 'replace', by: 'client' },
  { id: 'every-element', title: 'every element', by: 'client' },
  { id: 'delete', title: 'delete', by: 'client' },
  { id: 'malformed', title: 'not well-formed', by: 'client' },
  { id: 'wrong-signature', title: 'wrong signature', by: 'client' },
  { id: 'unknown-key', title: 'unknown key', by: 'client' },
  { id: 'source-unversioned', title: 'source not versioned', by: 'client' },
  { id: 'destination-unversioned', title: 'destination not versioned', by: 'client' },
  { id: 'destination-missing', title: 'destination missing', by: 'client' },
  { id: 'destination-unlisted', title: 'destination not listed', by: 'client' },
  { id: 'round-trip', title: 'round trip, nothing added', by: 'wire' },
  { id: 'signed', title: 'all signed, as recorded', by: 'wire' },
  { id: 'answered-once', title: 'answered once, no retry', by: 'wire' },
  { id: 'cors', title: 'CORS preflight', by: 'wire' },
] as const;

export type CheckId = (typeof CHECKS)[number]['id'];

/** The result of one check of one SDK. `detail` is empty only for `ok`. */
export interface Cell {
  readonly outcome: 'ok' | 'failed' | 'n/a';
  readonly detail: string;
}

export const ok = (detail = ''): Cell => ({ outcome: 'ok', detail });
export const failed = (detail: string): Cell => ({ outcome: 'failed', detail });
export const notApplicable = (detail: string): Cell => ({ outcome: 'n/a', detail });

export type Cells = ReadonlyMap<CheckId, Cell>;

const BY_CLIENT: ReadonlySet<string> = new Set(CHECKS.filter(({ by }) => by === 'client').map(({ id }) => id));

/** A line of a client's program: `{"check":"put","outcome":"ok","detail":""}`. Undefined for any other line. */
export function readReport(line: string): [CheckId, Cell] | undefined {
  if (!line.startsWith('{')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isReport(value) ? [value.check, { outcome: value.outcome, detail: value.detail }] : undefined;
}

function isReport(value: unknown): value is { check: CheckId } & Cell {
  if (typeof value !== 'object' || value === null) return false;
  const { check, outcome, detail } = value as Record<string, unknown>;
  const known = typeof check === 'string' && BY_CLIENT.has(check);
  const said = outcome === 'ok' || outcome === 'failed' || outcome === 'n/a';
  return known && said && typeof detail === 'string' && (outcome === 'ok' || detail !== '');
}
