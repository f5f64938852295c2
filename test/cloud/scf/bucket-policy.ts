import type { Principal } from '../types.ts';
import { decide, invalid, readStatement, readTexts, statementsOf } from './cam-policy.ts';
import type { Statement, Verdict } from './cam-policy.ts';

/** The policy of a bucket: statements that also name their principals. */
export type BucketPolicy = readonly PrincipalStatement[];

interface PrincipalStatement extends Statement {
  readonly principals: readonly string[];
}

/** Everyone, with or without a signature. */
const EVERYONE = new Set(['*', 'qcs::cam::anyone:anyone', 'qcs::cam::anonymous:anonymous']);
const USER = /^qcs::cam::uin\/\d+:uin\/\d+$/;
const ROLE = /^qcs::cam::uin\/\d+:(?:roleName|role)\/[\w+=,.@/-]+$/;
/** COS's limit for the policy of a bucket, in characters. */
const MAX_DOCUMENT = 20 * 1024;

/**
 * Reads the policy of a bucket. Names of fields may be capitalised, and the principal may stand above all statements.
 *
 * Throws `CloudFailure` for the wrong field; `InvalidParameter.ConditionError` for a condition, because a policy whose
 * conditions nobody evaluates would admit too many.
 */
export function readBucketPolicy(text: string, account: { appid: string; uin: string }, bucket: string): BucketPolicy {
  const { principal: ofAll, ...document } = lowerNames(parse(text));
  const entries = Array.isArray(document['statement']) ? document['statement'] : [document['statement']];
  const lowered = { ...document, statement: entries.map((entry) => lowerNames(entry)) };
  return statementsOf(JSON.stringify(lowered), MAX_DOCUMENT).map((entry) => {
    for (const resource of readTexts(entry['resource'], 'ResourceError')) checkResource(resource, bucket);
    return { ...readStatement(entry, account), principals: readPrincipals(entry['principal'] ?? ofAll) };
  });
}

/** The verdict of the policy on this caller. `asAccount`: on the whole account of the caller, and not by name. */
export function decideForCaller(
  policy: BucketPolicy,
  caller: Principal | undefined,
  action: string,
  resource: string,
): { readonly named: Verdict; readonly asAccount: Verdict } {
  if (policy.length === 0) return SILENT;
  const about = (names: (principal: string) => boolean): Verdict =>
    decide(
      policy.filter(({ principals }) => principals.some(names)),
      action,
      resource,
    );
  const isNamed = (principal: string): boolean => EVERYONE.has(principal) || namesOf(caller).includes(principal);
  const account = caller === undefined ? undefined : rootOf(caller);
  return { named: about(isNamed), asAccount: about((principal) => principal === account) };
}

const SILENT = { named: 'none', asAccount: 'none' } as const;

const rootOf = ({ uin }: Principal): string => `qcs::cam::uin/${uin}:uin/${uin}`;

function namesOf(caller: Principal | undefined): readonly string[] {
  if (caller === undefined) return [];
  return caller.kind === 'root' ? [rootOf(caller)] : [`qcs::cam::uin/${caller.uin}:roleName/${caller.roleName}`];
}

function readPrincipals(value: unknown): readonly string[] {
  if (value === '*') return ['*'];
  if (typeof value !== 'object' || value === null) throw invalid('PrincipalError', 'the principal is missing');
  const names = readTexts(lowerNames(value)['qcs'], 'PrincipalError');
  const wrong = names.find((name) => !EVERYONE.has(name) && !USER.test(name) && !ROLE.test(name));
  if (wrong !== undefined) throw invalid('PrincipalError', `not a principal: ${wrong.slice(0, 100)}`);
  return names;
}

/** A policy is about its own bucket only. */
function checkResource(resource: string, bucket: string): void {
  const path = resource.split(':').slice(5).join(':');
  if (resource !== '*' && path !== '*' && path !== bucket && !path.startsWith(`${bucket}/`)) {
    throw invalid('ResourceError', 'a resource is not of this bucket');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('PolicyDocumentError', 'the policy is not JSON');
  }
}

function lowerNames(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('PolicyDocumentError', 'an object is expected');
  }
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name.toLowerCase(), entry]));
}
