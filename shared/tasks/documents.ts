import { isBucketName, isRegion } from '../cos/index.ts';
import type { Place } from '../cos/index.ts';
import { SIDES, ServiceError } from '../errors/index.ts';
import { count, flag, listOf, nullable, number, object, oneOf, optional, someText, text } from '../shape/index.ts';
import type { Reader } from '../shape/index.ts';
import type { FailedRequest, Facts, Target, Task, Upload } from './types.ts';

const place = object<Place>({ bucket: text(isBucketName), region: text(isRegion) });

/** JSON has no Infinity: `since` is null there. */
type Stored<T extends Facts> = Omit<T, 'since'> & { readonly since: number | null };

const upload = object<Upload>({
  uploadId: someText,
  from: place,
  versionId: someText,
  etag: text(),
  size: count,
  partSize: count,
  ref: someText,
  base: nullable(text()),
  attempt: someText,
  terms: text(),
});

/** The body of a lease: the write-ahead record of the run that holds it. */
export interface LeaseRecord extends Target, Facts {
  readonly id: string;
  /** ms from the object's Last-Modified on; nobody's own clock is asked. */
  readonly duration: number;
}

const common = { source: place, destination: place, key: text(), floor: number, since: nullable(number) };

const taskDocument = object<Stored<Task>>({
  ...common,
  hints: listOf(text()),
  cause: text(),
  failed: optional(object<FailedRequest>({ request: text(), side: optional(oneOf(SIDES)) })),
  attempts: number,
  first: number,
  compare: optional(flag),
  // Missing in documents of earlier releases and in most others.
  uploads: optional(listOf(upload)),
});

const leaseDocument = object<Stored<LeaseRecord>>({ ...common, id: text(), duration: number });

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

function decode<T>(name: string, body: Uint8Array, read: Reader<T>): T {
  try {
    return read(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch (cause) {
    throw new ServiceError(`The state object ${name} cannot be read`, {
      code: 'InvalidStateObject',
      side: 'state',
      cause,
    });
  }
}
