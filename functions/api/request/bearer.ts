import type { ApiKey, KeyStore, Right } from '../../../shared/access/index.ts';
import type { HttpRequest } from '../../../shared/scf/index.ts';
import { accessDenied } from '../response/errors.ts';

/**
 * Finds the sender of an unsigned request that carries a secret: the key with that secret and the right. A wrong secret
 * and a secret without the right get the same answer. Throws `ServiceError` `AccessDenied` (403), and `CosError` of the
 * state bucket.
 */
export async function identifyBearer({ headers }: HttpRequest, right: Right, keys: KeyStore): Promise<ApiKey> {
  const sent = headers.filter(([name]) => name === 'authorization').map(([, value]) => value);
  const [, secret] = (sent.length === 1 ? /^Bearer +([^\s]+) *$/i.exec(sent[0] ?? '') : undefined) ?? [];
  const key = secret === undefined ? undefined : await keys.findBySecret(secret, right);
  if (key !== undefined) return key;
  throw accessDenied(
    `This call takes "Authorization: Bearer <secret>" with the secret of an API key that has the right "${right}" (npx serverless replication key add --rights ${right}).`,
  );
}
