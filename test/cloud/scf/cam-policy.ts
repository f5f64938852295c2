import { CloudFailure } from './failure.ts';

/** One statement of a policy, its patterns ready to match. */
export interface Statement {
  readonly effect: 'allow' | 'deny';
  readonly actions: readonly RegExp[];
  readonly resources: readonly ResourcePattern[];
}

/** The verdict of policies on a request; `none`: no statement matches it. */
export type Verdict = 'allow' | 'deny' | 'none';

type ResourcePattern = (resource: readonly string[]) => boolean;

export type PolicyDocument = readonly Statement[];

/** CAM's limit for a policy, in characters ("Use Limits", tencentcloud.com/document/product/598/10609). */
const MAX_DOCUMENT = 6144;

/**
 * Reads a policy document (version 2.0).
 *
 * Throws `CloudFailure` with CAM's code for the wrong field. A `condition` is refused, because a policy whose
 * conditions nobody evaluates would allow too much.
 */
export function readPolicy(text: string, account: { appid: string; uin: string }): PolicyDocument {
  return statementsOf(text).map((entry) => {
    if (entry['principal'] !== undefined) throw invalid('PrincipalError', 'a policy names no principal');
    return readStatement(entry, account);
  });
}

/** Throws `CloudFailure` as `readPolicy` does. */
export function readStatement(entry: Record<string, unknown>, account: { appid: string; uin: string }): Statement {
  if (entry['condition'] !== undefined) {
    throw invalid('ConditionError', 'conditions are not available on the local cloud');
  }
  return {
    effect: readEffect(entry),
    actions: readTexts(entry['action'], 'ActionError').map((action) => globPattern(withoutName(action), 'i')),
    resources: readTexts(entry['resource'], 'ResourceError').map((resource) => resourcePattern(resource, account)),
  };
}

/** An explicit deny wins over every allow. */
export function decide(statements: readonly Statement[], action: string, resource: string): Verdict {
  if (statements.length === 0) return 'none';
  const parts = splitResource(resource);
  const asked = withoutName(action);
  const hits = statements.filter(
    ({ actions, resources }) =>
      actions.some((pattern) => pattern.test(asked)) && resources.some((matches) => matches(parts)),
  );
  if (hits.length === 0) return 'none';
  return hits.every(({ effect }) => effect === 'allow') ? 'allow' : 'deny';
}

/** The services that may take the role by its trust policy (`scf.qcloud.com`). */
export function readTrust(text: string): readonly string[] {
  return statementsOf(text).flatMap((entry) => {
    const principal = entry['principal'];
    if (typeof principal !== 'object' || principal === null)
      throw invalid('PrincipalError', 'the principal is missing');
    const actions = readTexts(entry['action'], 'ActionError').map(withoutName);
    if (!actions.includes('sts:AssumeRole')) throw invalid('ActionError', 'a trust policy allows name/sts:AssumeRole');
    if (readEffect(entry) !== 'allow') throw invalid('EffectError', 'a trust policy only allows');
    const service = (principal as Record<string, unknown>)['service'];
    return service === undefined ? [] : readTexts(service, 'PrincipalError');
  });
}

export function statementsOf(text: string, limit = MAX_DOCUMENT): readonly Record<string, unknown>[] {
  if (text.length > limit) throw invalid('PolicyDocumentLengthOverLimit', `longer than ${limit} characters`);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw invalid('PolicyDocumentError', 'the policy document is not JSON');
  }
  if (typeof document !== 'object' || document === null) throw invalid('PolicyDocumentError', 'not an object');
  const { version, statement } = document as { version?: unknown; statement?: unknown };
  if (version !== '2.0') throw invalid('VersionError', 'the version must be 2.0');
  const list: readonly unknown[] = Array.isArray(statement) ? statement : [statement];
  if (list.length === 0 || list.some((entry) => typeof entry !== 'object' || entry === null)) {
    throw invalid('StatementError', 'the statement is missing or malformed');
  }
  return list as readonly Record<string, unknown>[];
}

function readEffect(entry: Record<string, unknown>): 'allow' | 'deny' {
  const effect = entry['effect'];
  if (effect !== 'allow' && effect !== 'deny') throw invalid('EffectError', 'the effect is allow or deny');
  return effect;
}

export function readTexts(value: unknown, code: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.filter((entry): entry is string => typeof entry === 'string' && entry !== '');
  if (list.length === 0 || texts.length !== list.length) throw invalid(code, 'a text or a list of texts is expected');
  return texts;
}

/**
 * `qcs::<service>:<region>:<account>:<resource>`: an empty region means all of them, an empty account our own, and the
 * account may be written as `uin/…` or as `uid/<appid>`. `*` stands for any run of characters.
 */
function resourcePattern(pattern: string, account: { appid: string; uin: string }): ResourcePattern {
  if (pattern === '*') return () => true;
  const [qcs, project, service, region, owner, path] = splitResource(pattern);
  if (qcs !== 'qcs' || project !== '' || !service || region === undefined || owner === undefined || !path) {
    throw invalid('ResourceError', `not a resource in six parts: ${pattern}`);
  }
  const [inRegion, ofPath] = [globPattern(region === '' ? '*' : region), globPattern(path)];
  const aliases = [`uin/${account.uin}`, `uid/${account.appid}`];
  const owners = owner === '' || aliases.includes(owner) ? aliases : [owner];
  return (resource) =>
    (service === '*' || resource[2] === service) &&
    inRegion.test(resource[3] ?? '') &&
    (owner === '*' || owners.includes(resource[4] ?? '')) &&
    ofPath.test(resource[5] ?? '');
}

/** Six parts; the last one may hold colons, as object keys do. */
function splitResource(text: string): readonly string[] {
  const parts = text.split(':');
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(':')] : [])];
}

/** `name/cos:PutObject` and `cos:PutObject` are the same action. */
function withoutName(action: string): string {
  return action.replace(/^name\//, '');
}

function globPattern(glob: string, flags = ''): RegExp {
  const escaped = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${escaped.join('.*')}$`, `s${flags}`);
}

export function invalid(code: string, message: string): CloudFailure {
  return new CloudFailure(`InvalidParameter.${code}`, message);
}
