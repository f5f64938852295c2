import type { Cos, Place } from '../cos/index.ts';
import type { Side } from '../errors/index.ts';
import type { Hash } from '../signing/index.ts';

/** The unit that is worked on by one run at a time: one key of a source bucket at one destination. */
export interface Target {
  readonly source: Place;
  readonly destination: Place;
  readonly key: string;
}

/** Facts that survive a killed run: how deep it had to look, and since when it may have written. */
export interface Facts {
  /** Microseconds since 1970; replicas of older versions need not be looked at. 0: all. */
  readonly floor: number;
  /** ms since 1970; from here on delete markers at the destination may be ours and late. Infinity: none. */
  readonly since: number;
}

/** A multipart upload of ours that is open at a task's destination, and all that is needed to go on with it. */
export interface Upload {
  readonly uploadId: string;
  /** The place of the original: the source, or the destination itself for a replica that is copied again. */
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

/** One unit of pending work. It names things only; the truth is read when it runs. */
export interface Task extends Target, Facts {
  /** Version IDs that events named. */
  readonly hints: readonly string[];
  /** Error code, or `taken`, `settle`, `lease`, `large`: why this is a task and not done. */
  readonly cause: string;
  /** The request whose failure is the cause: its kind, and the side it went to as far as that is known. */
  readonly failed?: FailedRequest | undefined;
  /** Runs so far that did not finish it. */
  readonly attempts: number;
  /** ms since 1970 of the first time this work was put off. */
  readonly first: number;
  /** Compare what no event tells of: tags, and the ACL where a rule asks for it. */
  readonly compare?: boolean | undefined;
  /** Uploads that earlier runs began: gone on with, or aborted. */
  readonly uploads?: readonly Upload[] | undefined;
}

export interface TaskObject {
  readonly name: string;
  readonly task: Task;
}

/** The outside world of this folder. Clock and randomness are passed in. */
export interface StateDeps {
  readonly cos: Cos;
  /** The state bucket: private, never versioned. */
  readonly state: Place;
  readonly hash: Hash;
  /** ms since 1970. */
  now(): number;
  /** A fresh text of letters and digits, never given twice. */
  unique(): string;
}
