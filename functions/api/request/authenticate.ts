import { hasRight } from '../../../shared/access/index.ts';
import type { ApiKey, KeyStore, Right } from '../../../shared/access/index.ts';
import type { HttpRequest } from '../../../shared/scf/index.ts';
import {
  SignatureError,
  readSignature,
  readToken,
  requestCandidates,
  verifyAny,
} from '../../../shared/signing/index.ts';
import type { Hash, Pairs, SignableRequest, SignatureFields } from '../../../shared/signing/index.ts';
import { accessDenied, refuse } from '../response/errors.ts';
import { WRITE_SIGNATURE_LIFE_MS } from '../../../shared/durations/index.ts';

export interface CallerOptions {
  readonly keys: KeyStore;
  readonly hash: Hash;
  /** ms since 1970. */
  readonly now: number;
}

/** The requirements of a call on its signature. */
export interface Demand {
  readonly right: Right;
  /** Parameter that names the call. */
  readonly subresource: string;
  /**
   * Whether `host` and the sub-resource must be signed. Otherwise a stranger with a presigned upload address could send
   * it again as a change of rules.
   */
  readonly strict: boolean;
}

export interface Caller {
  readonly key: ApiKey;
  /** The request in the signed spelling; no other part of path and query may be used afterwards. */
  readonly verified: SignableRequest;
}

/**
 * Finds the sender of a request: the key whose signature matches one of the spellings that the client may have signed.
 * Throws `SignatureError`, and `ServiceError` (403) for an unknown key, temporary credentials, and calls that the key
 * may not make.
 */
export async function identify(
  request: HttpRequest,
  paths: readonly string[],
  demand: Demand,
  { keys, hash, now }: CallerOptions,
): Promise<Caller> {
  const { fields, queries } = findSignature(request);
  if (queries.some((query) => readToken(request.headers, query) !== undefined)) {
    throw accessDenied(
      'Temporary credentials are not accepted here. Sign with an API key pair of this deployment (npx serverless replication key add).',
    );
  }
  const key = await keys.find(fields.secretId);
  if (key === undefined) {
    throw refuse(403, 'InvalidAccessKeyId', 'The Access Key Id you provided does not exist in our records.');
  }
  const verified = verifyAny(candidates(request, paths, queries, fields), fields, {
    secretKey: key.secretKey,
    hash,
    now,
  });
  if (demand.strict) checkSigned(fields, demand.subresource);
  if (demand.right === 'write') checkLife(fields);
  if (!hasRight(key, demand.right)) throw accessDenied(`This API key lacks the right "${demand.right}".`);
  return { key, verified };
}

/** The signature, with the spellings of the query in which it can be read. */
function findSignature({ headers, queries }: HttpRequest): { fields: SignatureFields; queries: Pairs[] } {
  let malformed: unknown;
  for (const [index, query] of queries.entries()) {
    try {
      const fields = readSignature(headers, query);
      if (fields !== undefined) return { fields, queries: queries.slice(index) };
    } catch (error) {
      // This spelling may still be encoded; the next one is not.
      if (!(error instanceof SignatureError)) throw error;
      malformed ??= error;
    }
  }
  throw malformed ?? accessDenied();
}

function candidates(
  request: HttpRequest,
  paths: readonly string[],
  queries: readonly Pairs[],
  fields: SignatureFields,
) {
  const { method, headers, body } = request;
  return queries.flatMap((query) =>
    requestCandidates({ method, path: paths[0] ?? '/', query, headers }, fields, { paths, bodyLength: body.length }),
  );
}

/** The signature of a change must expire: a leaked one would otherwise serve as a permanent key. */
function checkLife({ signTime, keyTime }: SignatureFields): void {
  const life = Math.min(signTime.end, keyTime.end) - Math.max(signTime.start, keyTime.start);
  const longest = WRITE_SIGNATURE_LIFE_MS / 1000;
  if (life <= longest) return;
  throw accessDenied(
    `The signature is valid for ${life} seconds. Sign changes for at most ${longest} seconds (${longest / 3600} hours).`,
  );
}

/** The messages begin like those of COS's strict signature mode. */
function checkSigned({ headerList, paramList }: SignatureFields, subresource: string): void {
  if (!headerList.includes('host')) {
    throw accessDenied('Strict signature missing header that must be signed: host.');
  }
  // Lists hold names in lower case.
  if (!paramList.includes(subresource.toLowerCase())) {
    throw accessDenied(`Strict signature missing param that must be signed: ${subresource}.`);
  }
}
