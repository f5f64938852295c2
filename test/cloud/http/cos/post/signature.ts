import { nodeHash } from '../../../../../shared/cos/index.ts';
import { constantTimeEqual, signKey } from '../../../../../shared/signing/index.ts';
import type { Access, Principal } from '../../../types.ts';
import { checkToken } from '../authenticate.ts';
import { failures } from '../failures.ts';

/** The fields that sign a form. A form without any of them is anonymous. */
const SIGNING = ['policy', 'q-sign-algorithm', 'q-ak', 'q-key-time', 'q-signature'] as const;

export interface SignedForm {
  readonly principal: Principal;
  /** Text of the policy. */
  readonly policy: string;
}

/**
 * The signer of a form, whose signature covers its policy and nothing else. Undefined: the form has no field of a
 * signature. Throws as COS refuses a signature, and InvalidArgument where a field is missing.
 */
export function verifyForm(fields: ReadonlyMap<string, string>, access: Access, now: number): SignedForm | undefined {
  const [policy, algorithm, secretId, keyTime, signature] = SIGNING.map((name) => fields.get(name) ?? '');
  if (SIGNING.every((name) => !fields.has(name))) return undefined;
  if (!policy || algorithm !== 'sha1' || !secretId || !keyTime || !signature) {
    throw failures.invalidArgument(
      'A signed form has policy, q-sign-algorithm (sha1), q-ak, q-key-time and q-signature.',
    );
  }
  const time = rangeFrom(keyTime);
  const pair = access.find(secretId);
  if (pair === undefined) throw failures.unknownKey();
  const text = Buffer.from(policy, 'base64').toString('utf8');
  const key = signKey(pair.secretKey, time, nodeHash);
  if (!constantTimeEqual(nodeHash.hmacSha1(key, nodeHash.sha1(text)), signature)) throw failures.wrongSignature();
  const second = Math.floor(now / 1000);
  if (second < time.start || second > time.end) throw failures.expiredRequest();
  checkToken(pair, fields.get('x-cos-security-token'), now);
  return { principal: pair.principal, policy: text };
}

function rangeFrom(keyTime: string): { start: number; end: number } {
  const [, start, end] = /^(\d{1,12});(\d{1,12})$/.exec(keyTime) ?? [];
  if (start === undefined || end === undefined) throw failures.invalidArgument('q-key-time is not <start>;<end>.');
  return { start: Number(start), end: Number(end) };
}
