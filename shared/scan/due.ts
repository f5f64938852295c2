import type { Hash } from '../signing/index.ts';
import type { RuleSet } from '../rules/index.ts';
import type { ScanDocument, ScanKind, ScanRequest } from './documents.ts';
import type { Pair } from './names.ts';
import { rulesOfPair } from './scope.ts';

/** The next step for the scans of a pair. */
export type Due =
  | { readonly what: 'begin'; readonly kind: ScanKind; readonly prefix: string; readonly requested: boolean }
  /** The rules of the scan have changed: its runs end, and another scan begins after them. */
  | { readonly what: 'stop' }
  | { readonly what: 'go-on' }
  | { readonly what: 'nothing' };

export interface DueQuery {
  readonly scan: ScanDocument | undefined;
  readonly signature: string;
  /** Whether a rule of the pair asks for existing objects. */
  readonly existing: boolean;
  readonly request: ScanRequest | undefined;
  readonly paused: boolean;
  /** Whether a run works on the pair. */
  readonly atWork: boolean;
  /** ms since 1970. */
  readonly now: number;
  readonly everyMs: number;
  /** ms since 1970: a whole scan that begins later finds all work that was left to it; undefined when none was left. */
  readonly repairFrom?: number | undefined;
}

/** Names the rules of a pair as they were stored: every PUT leads to a scan, whatever it changed. */
export function signatureOf(ruleSet: RuleSet, pair: Pair, hash: Hash): string {
  return hash.sha256(JSON.stringify([ruleSet.created, rulesOfPair(ruleSet, pair)])).slice(0, 32);
}

/** The next step for a pair. Pure. */
export function whatIsDue(query: DueQuery): Due {
  const {
    scan,
    signature,
    existing,
    request,
    paused,
    atWork,
    now,
    everyMs,
    repairFrom = Number.POSITIVE_INFINITY,
  } = query;
  if (paused) return { what: 'nothing' };
  const whole = { what: 'begin', kind: existing ? 'existing' : 'repair', prefix: '', requested: false } as const;
  if (scan === undefined) return whole;
  if (scan.signature !== signature) {
    if (scan.state === 'running' && atWork) return { what: 'stop' };
    return scan.state === 'stopping' && atWork ? { what: 'nothing' } : whole;
  }
  // Compared by the clock of this function; the clock of COS decides once the scan has begun.
  const repairs = now >= repairFrom && (scan.wholeStarted ?? 0) < repairFrom;
  if (scan.state === 'running' && !repairs) return { what: 'go-on' };
  if (scan.state === 'running' && atWork) return { what: 'stop' };
  if (repairs && !atWork) return { what: 'begin', kind: 'repair', prefix: '', requested: false };
  // The scan was stopped because the rules changed, and its rules have been stored again since.
  if (scan.state === 'stopping') return atWork ? { what: 'nothing' } : whole;
  if (request !== undefined) return { what: 'begin', kind: request.kind, prefix: request.prefix, requested: true };
  if (scan.wholeStarted === null || now - scan.wholeStarted >= everyMs)
    return { what: 'begin', kind: 'repair', prefix: '', requested: false };
  return { what: 'nothing' };
}
