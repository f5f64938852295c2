import * as z from 'zod/mini';

import { isBucketName } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import { RIGHTS } from './types.ts';
import type { ApiKey } from './types.ts';

/** A secret ID becomes part of an object key, so its form is checked before any request is sent. */
const SECRET_ID = /^[\w-]{1,128}$/;

const bucketNames = z.array(z.string().check(z.refine(isBucketName, 'is not a bucket name')));

const apiKey = z.object({
  secretId: z.string().check(z.regex(SECRET_ID)),
  secretKey: z.string().check(z.minLength(16), z.maxLength(256)),
  buckets: bucketNames,
  // Keys of earlier releases have no such list.
  destinations: z.pipe(
    z.optional(bucketNames),
    z.transform((names) => names ?? []),
  ),
  rights: z.array(z.enum(RIGHTS)).check(z.minLength(1)),
  // Other programs may write a time as text into the JSON.
  created: z.union([z.number(), z.pipe(z.iso.datetime({ offset: true }), z.transform(Date.parse))]),
});

export function isSecretId(text: string): boolean {
  return SECRET_ID.test(text);
}

/** Throws `ServiceError` `InvalidArgument`. */
export function writeKey(key: ApiKey): Uint8Array {
  return Buffer.from(JSON.stringify(checked(key, key.secretId, 'InvalidArgument')));
}

/** Throws `ServiceError` `InvalidStateObject` for a damaged key, which then gives no access. */
export function readKey(body: Uint8Array, secretId: string): ApiKey {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    // The cause is left out, because the message of a JSON parser quotes the text, which holds the secret.
    throw damaged(secretId, 'it is not JSON');
  }
  const key = checked(json, secretId);
  if (key.secretId !== secretId) throw damaged(secretId, 'it is of another key');
  return key;
}

function checked(value: unknown, secretId: string, code = 'InvalidStateObject'): ApiKey {
  const parsed = apiKey.safeParse(value);
  if (parsed.success) return parsed.data;
  // Names of the fields only, never their values.
  throw damaged(secretId, `wrong: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`, code);
}

function damaged(secretId: string, reason: string, code = 'InvalidStateObject'): ServiceError {
  return new ServiceError(`The API key ${JSON.stringify(secretId.slice(0, 128))} is not valid (${reason}).`, {
    code,
    side: 'state',
  });
}
