/**
 * Principals to whom a policy gives rights, apart from the account that owns the bucket. A policy only ever adds
 * rights.
 */
export function strangersIn(policy: unknown, owner: string): readonly string[] {
  const account = /uin\/(\d+)/.exec(owner)?.[1];
  const own = new Set([owner, `qcs::cam::uin/${account}:root`]);
  return listOf(fieldOf(policy, 'statement'))
    .filter((statement) => String(fieldOf(statement, 'effect')).toLowerCase() !== 'deny')
    .flatMap((statement) => namesIn(fieldOf(statement, 'principal')))
    .filter((name) => !own.has(name));
}

/** Both spellings of a name occur: COS answers `Statement`, and the older form of a policy has `statement`. */
function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1];
}

const listOf = (value: unknown): readonly unknown[] => (value === undefined ? [] : [value].flat());

/** All names in any form: an unknown principal counts too. */
function namesIn(principal: unknown): readonly string[] {
  if (typeof principal === 'string') return [principal];
  if (typeof principal !== 'object' || principal === null) return ['everybody'];
  return Object.values(principal).flatMap((value) => (Array.isArray(value) ? value.map(String) : [String(value)]));
}
