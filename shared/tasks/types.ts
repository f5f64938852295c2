import type { Cos, Place } from '../cos/index.ts';
import type { Side } from '../errors/index.ts';
import type { Hash } from '../signing/index.ts';

/** The unit on which one run at a time works: one key of a source bucket at one destination. */
export interface Target {
  readonly source: Place;
  readonly destination: Place;
  readonly key: string;
}

/** Facts that survive a killed run: the depth of its look, and since when it may have written. */
export interface Facts {
  /** Microseconds since 1970. Replicas of older versions are not looked at; 0: all are. */
  readonly floor: number;
  /** ms since 1970. Delete markers at the destination from then on may be late ones of ours; Infinity: none may. */
  readonly since: number;
}

/** A multipart upload of ours that is open at a task's destination, with all that is needed to continue it. */
export interface Upload {
  readonly uploadId: string;
  /** Where the original lies: at the source, or at the destination itself for a replica that is copied again. */
  readonly from: Place;
  readonly versionId: string;
  /** The ETag of that version, with quotes. */
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  readonly partSize: number;
  /** The marker of the replica: its source version, its base (null: none) and the attempt. */
  readonly ref: string;
  readonly base: string | null;
  readonly attempt: string;
  /** The demands of the rule when the upload began. */
  readonly terms: string;
}

export interface FailedRequest {
  readonly request: string;
  readonly side?: Side | undefined;
}

/** One unit of pending work. It only names things; the run reads their state. */
export interface Task extends Target, Facts {
  /** Version IDs that events named. */
  readonly hints: readonly string[];
  /** Why this is a task and not done: an error code, or `taken`, `settle`, `lease`, `large`. */
  readonly cause: string;
  /** The request whose failure is the cause: its kind, and its side if known. */
  readonly failed?: FailedRequest | undefined;
  /** Runs that did not finish it so far. */
  readonly attempts: number;
  /** Time at which this work was first deferred, in ms since 1970. */
  readonly first: number;
  /** Whether to compare properties that change without an event: tags, and the ACL where a rule asks for it. */
  readonly compare?: boolean | undefined;
  /** Uploads that earlier runs began. They are continued or aborted. */
  readonly uploads?: readonly Upload[] | undefined;
}

export interface TaskObject {
  readonly name: string;
  readonly task: Task;
}

/** Everything outside this folder. Clock and randomness are arguments. */
export interface StateDeps {
  readonly cos: Cos;
  /** The state bucket: private, never versioned. */
  readonly state: Place;
  readonly hash: Hash;
  /** ms since 1970. */
  now(): number;
  /** Returns fresh letters and digits, never the same twice. */
  unique(): string;
}
