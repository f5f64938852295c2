import * as z from 'zod';
import { againstPolicy, invalidPolicy } from './refusals.ts';

const LARGEST_POLICY = 64 * 1024;

const schema = z.object({
  expiration: z.string(),
  conditions: z
    .array(
      z.union([
        z.record(z.string(), z.string()),
        z.tuple([z.enum(['eq', 'starts-with']), z.string(), z.string()]),
        z.tuple([z.literal('content-length-range'), z.coerce.number(), z.coerce.number()]),
      ]),
    )
    .max(1000),
});

/** The uploads that the signer of a form allows its sender. */
export interface UploadPolicy {
  /** Bytes, both ends included. */
  readonly size: readonly [number, number] | undefined;
}

/**
 * Checks the fields of a form against its policy: every condition, a condition for each field except those of the
 * signature and the file, and the time. `fields` has the final key, and the bucket under `bucket`.
 *
 * Throws InvalidPolicyDocument, or AccessDenied with the condition that does not hold.
 */
export function checkPolicy(text: string, fields: ReadonlyMap<string, string>, now: number): UploadPolicy {
  const { expiration, conditions } = read(text);
  const end = Date.parse(expiration);
  if (Number.isNaN(end)) throw invalidPolicy('The expiration is not a date.');
  if (end <= now) throw againstPolicy('Policy expired.');
  let size: UploadPolicy['size'];
  for (const condition of conditions) {
    if (!Array.isArray(condition)) {
      for (const [name, value] of Object.entries(condition)) check('eq', name, value, fields);
    } else if (condition[0] === 'content-length-range') {
      size = [condition[1], condition[2]];
    } else {
      const [kind, name, value] = condition;
      if (!name.startsWith('$')) throw invalidPolicy(`The field of a condition begins with $: ${name.slice(0, 100)}`);
      check(kind, name.slice(1), value, fields);
    }
  }
  return { size };
}

/** In the policy the time of the signature has the name that it has in a header. */
const ALIASES: Readonly<Record<string, string>> = { 'q-sign-time': 'q-key-time' };

function check(kind: 'eq' | 'starts-with', name: string, value: string, fields: ReadonlyMap<string, string>): void {
  const lower = name.toLowerCase();
  const found = fields.get(lower) ?? fields.get(ALIASES[lower] ?? '');
  const bytes = Buffer.from(value).toString('latin1');
  const holds = found !== undefined && (kind === 'eq' ? found === bytes : found.startsWith(bytes));
  if (!holds) throw againstPolicy(`Policy Condition failed: ["${kind}", "$${name}", "${value}"]`.slice(0, 500));
}

function read(text: string): z.infer<typeof schema> {
  if (text.length > LARGEST_POLICY) throw invalidPolicy('The policy is too large.');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw invalidPolicy('The policy is not JSON.');
  }
  const parsed = schema.safeParse(document);
  if (!parsed.success) throw invalidPolicy('The policy does not have the form of a policy.');
  return parsed.data;
}
