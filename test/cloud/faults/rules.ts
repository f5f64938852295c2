import * as z from 'zod';
import type { RequestFault } from '../types.ts';

/** The fate of an event on its way to the functions. */
export type EventFault =
  | { readonly kind: 'lose' }
  /** Delivered at once and again after this many ms. */
  | { readonly kind: 'double'; readonly afterMs: number }
  | { readonly kind: 'delay'; readonly ms: number }
  /** Delivered at a random moment within this many ms, so that neighbours overtake each other. */
  | { readonly kind: 'reorder'; readonly withinMs: number };

/** The requests and events that a rule applies to. A missing field matches everything. */
export interface FaultMatch {
  readonly service?: 'cos' | 'scf' | 'cam' | 'cls' | undefined;
  /** `CopyObject`, `PutObject`, …; the exact name. */
  readonly action?: string | undefined;
  readonly method?: string | undefined;
  readonly bucket?: string | undefined;
  readonly region?: string | undefined;
  /** The region that a copy reads from. A rule with this field matches copies alone. */
  readonly sourceRegion?: string | undefined;
  /** Key prefix. */
  readonly prefix?: string | undefined;
  /** Event name, with `*` at the end for a prefix: `cos:ObjectCreated:*`. */
  readonly event?: string | undefined;
}

export interface FaultRule {
  readonly match?: FaultMatch | undefined;
  readonly effect: RequestFault | EventFault;
  /** Lets this many matches pass first. Default 0. */
  readonly skip?: number | undefined;
  /** Strikes this often, then never again. Default: without end. */
  readonly times?: number | undefined;
  /** From 0 to 1, drawn for each match. Default 1. */
  readonly probability?: number | undefined;
}

const ms = z.number().min(0);
const effect = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('latency'), ms }),
  z.strictObject({ kind: z.literal('error'), status: z.int().min(400).max(599), code: z.string().min(1) }),
  z.strictObject({ kind: z.literal('reset') }),
  z.strictObject({ kind: z.literal('reset-after') }),
  z.strictObject({ kind: z.literal('error-in-200'), code: z.string().min(1) }),
  z.strictObject({ kind: z.literal('lose') }),
  z.strictObject({ kind: z.literal('double'), afterMs: ms }),
  z.strictObject({ kind: z.literal('delay'), ms }),
  z.strictObject({ kind: z.literal('reorder'), withinMs: ms }),
]);
const text = z.string().optional();
const match = z.strictObject({
  service: z.enum(['cos', 'scf', 'cam', 'cls']).optional(),
  action: text,
  method: text,
  bucket: text,
  region: text,
  sourceRegion: text,
  prefix: text,
  event: text,
});
const rules = z.array(
  z.strictObject({
    match: match.optional(),
    effect,
    skip: z.int().min(0).optional(),
    times: z.int().min(1).optional(),
    probability: z.number().min(0).max(1).optional(),
  }),
);

/** Reads rules from JSON. A misspelt field is an error, because a fault that never strikes proves nothing. */
export function parseFaultRules(value: unknown): readonly FaultRule[] {
  const parsed = rules.safeParse(value);
  if (!parsed.success) throw new TypeError(`not a list of fault rules: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
