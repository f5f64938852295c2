import { readPlace } from '../cos/index.ts';
import { SIDES } from '../errors/index.ts';
import {
  count,
  decodeState,
  encodeState,
  flag,
  listOf,
  nullable,
  number,
  object,
  oneOf,
  optional,
  someText,
  text,
} from '../shape/index.ts';
import type { FailedRequest, Facts, Target, Task, Upload } from './types.ts';

/** JSON has no Infinity, so `since` is null instead. */
type Stored<T extends Facts> = Omit<T, 'since'> & { readonly since: number | null };

export const readUpload = object<Upload>({
  uploadId: someText,
  from: readPlace,
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
  /** ms from the object's Last-Modified on; the clocks of functions do not count. */
  readonly duration: number;
  /** The attempt whose copy may land after its run is over; missing in the lease of a run. */
  readonly attempt?: string | undefined;
}

const common = { source: readPlace, destination: readPlace, key: text(), floor: number, since: nullable(number) };

const taskDocument = object<Stored<Task>>({
  ...common,
  hints: listOf(text()),
  cause: text(),
  failed: optional(object<FailedRequest>({ request: text(), side: optional(oneOf(SIDES)) })),
  attempts: number,
  first: number,
  compare: optional(flag),
  // Missing in documents of earlier releases and in most others.
  uploads: optional(listOf(readUpload)),
});

const leaseDocument = object<Stored<LeaseRecord>>({
  ...common,
  id: text(),
  duration: number,
  attempt: optional(text()),
});

const encode = (document: Facts): Uint8Array =>
  encodeState({ ...document, since: Number.isFinite(document.since) ? document.since : null });

export const encodeTask = (task: Task): Uint8Array => encode(task);
export const encodeLease = (lease: LeaseRecord): Uint8Array => encode(lease);

/** Throws `ServiceError` `InvalidStateObject` when the body is not a task. */
export function decodeTask(name: string, body: Uint8Array): Task {
  const document = decodeState(name, body, taskDocument);
  return { ...document, since: document.since ?? Number.POSITIVE_INFINITY };
}

/** Throws `ServiceError` `InvalidStateObject` when the body is not a lease. */
export function decodeLease(name: string, body: Uint8Array): LeaseRecord {
  const document = decodeState(name, body, leaseDocument);
  return { ...document, since: document.since ?? Number.POSITIVE_INFINITY };
}
