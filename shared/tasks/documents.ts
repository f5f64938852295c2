import * as z from 'zod/mini';
import { isBucketName, isRegion } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import type { Facts, Task } from './types.ts';

const place = z.object({
  bucket: z.string().check(z.refine(isBucketName)),
  region: z.string().check(z.refine(isRegion)),
});
const facts = {
  floor: z.number(),
  /** JSON has no Infinity. */
  since: z.nullable(z.number()),
};
const target = { source: place, destination: place, key: z.string() };

const upload = z.object({
  uploadId: z.string().check(z.minLength(1)),
  from: place,
  versionId: z.string().check(z.minLength(1)),
  etag: z.string(),
  size: z.int().check(z.positive()),
  partSize: z.int().check(z.positive()),
  ref: z.string().check(z.minLength(1)),
  base: z.nullable(z.string()),
  attempt: z.string().check(z.minLength(1)),
  terms: z.string(),
});

const taskDocument = z.object({
  ...target,
  ...facts,
  hints: z.array(z.string()),
  cause: z.string(),
  attempts: z.number(),
  first: z.number(),
  /** Missing in documents of earlier releases and in most others. */
  uploads: z.optional(z.array(upload)),
});

const leaseDocument = z.object({
  ...target,
  ...facts,
  id: z.string(),
  /** ms from the object's Last-Modified on; nobody's own clock is asked. */
  duration: z.number(),
});

/** The body of a lease: the write-ahead record of the run that holds it. */
export type LeaseRecord = Omit<z.infer<typeof leaseDocument>, 'since'> & Facts;

const encode = (document: Facts): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({ ...document, since: Number.isFinite(document.since) ? document.since : null }),
  );

export const encodeTask = (task: Task): Uint8Array => encode(task);
export const encodeLease = (lease: LeaseRecord): Uint8Array => encode(lease);

/** Throws `ServiceError` `InvalidStateObject` when the body is not a task. */
export function decodeTask(name: string, body: Uint8Array): Task {
  const document = decode(name, body, taskDocument);
  return { ...document, since: document.since ?? Number.POSITIVE_INFINITY };
}

/** Throws `ServiceError` `InvalidStateObject` when the body is not a lease. */
export function decodeLease(name: string, body: Uint8Array): LeaseRecord {
  const document = decode(name, body, leaseDocument);
  return { ...document, since: document.since ?? Number.POSITIVE_INFINITY };
}

function decode<T extends z.ZodMiniType>(name: string, body: Uint8Array, schema: T): z.infer<T> {
  try {
    return z.parse(schema, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch (cause) {
    throw new ServiceError(`The state object ${name} cannot be read`, {
      code: 'InvalidStateObject',
      side: 'state',
      cause,
    });
  }
}
