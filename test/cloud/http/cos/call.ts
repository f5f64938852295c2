import type { BlobStore, Core } from '../../cos/index.ts';
import type { Access, CloudRequest, Faults, Principal } from '../../types.ts';
import { failures } from './failures.ts';

export interface CosHandlerOptions {
  readonly core: Core;
  readonly blobs: BlobStore;
  readonly access: Access;
  readonly faults: Faults;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The accounts with buckets here. The appid at the end of a bucket's name names its account. */
  readonly accounts: readonly Account[];
  /** Waits for latency faults; a test may pass its own. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** Called with errors that are not refusals; they become 500 `InternalError`. */
  readonly onError?: (error: unknown) => void;
}

export interface Account {
  readonly appid: string;
  readonly uin: string;
}

/** A parsed COS request, before its sender is known. */
export interface Parsed {
  readonly request: CloudRequest;
  readonly method: string;
  /** '' on the service. */
  readonly bucket: string;
  /** '' on the service of all regions. */
  readonly region: string;
  /** Decoded; '' for the bucket itself. */
  readonly key: string;
  /** Decoded path, as the signature covers it; in path style with the bucket in it. */
  readonly path: string;
  readonly query: Query;
  readonly headers: Headers;
  readonly requestId: string;
}

/** The input of an operation: the request, its sender, and the cloud. */
export interface CosCall extends Parsed {
  readonly principal: Principal | undefined;
  readonly core: Core;
  readonly blobs: BlobStore;
  readonly access: Access;
  /** Owner of the bucket; on the service, that of the caller. */
  readonly account: Account;
  readonly now: number;
  /** Throws AccessDenied unless the caller may do this to another object, e.g. read the source of a copy. */
  demand(need: Need, target: Target): void;
  may(need: Need, target: Target): boolean;
  /** The same for another caller than the one that signed the request. */
  mayAs(caller: Principal | undefined, need: Need, target: Target): boolean;
}

/** The subject of a question for a right. */
export interface Target {
  readonly bucket: string;
  readonly region: string;
  readonly key: string;
  readonly versionId?: string;
}

export interface Need {
  /** CAM action without `name/cos:`. */
  readonly permission: string;
  /** The grant in an ACL that allows the call without CAM; undefined: an ACL never opens it. */
  readonly acl: 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP' | undefined;
}

/** Request headers by name. Values are Latin-1 text: one character per byte of the wire. */
export interface Headers {
  /** Repeats joined with a comma, as HTTP says. `name` in lower case. */
  get(name: string): string | undefined;
  entries(): Iterable<readonly [string, string]>;
}

export interface Query {
  /** Undefined when absent, '' when bare. */
  get(name: string): string | undefined;
  has(name: string): boolean;
  readonly pairs: readonly (readonly [string, string])[];
}

// Classes, not closures: every request has some of each, and a closure is created and named again each time.

class JoinedHeaders implements Headers {
  readonly #joined = new Map<string, string>();

  constructor(pairs: readonly (readonly [string, string])[]) {
    for (const [name, value] of pairs) {
      const before = this.#joined.get(name);
      this.#joined.set(name, before === undefined ? value : `${before},${value}`);
    }
  }

  get(name: string): string | undefined {
    return this.#joined.get(name);
  }

  entries(): Iterable<readonly [string, string]> {
    return this.#joined;
  }
}

class FirstValues implements Query {
  readonly pairs: readonly (readonly [string, string])[];
  readonly #first = new Map<string, string>();

  constructor(pairs: readonly (readonly [string, string])[]) {
    this.pairs = pairs;
    for (const [name, value] of pairs) if (!this.#first.has(name)) this.#first.set(name, value);
  }

  get(name: string): string | undefined {
    return this.#first.get(name);
  }

  has(name: string): boolean {
    return this.#first.has(name);
  }
}

export const headersOf = (pairs: readonly (readonly [string, string])[]): Headers => new JoinedHeaders(pairs);

export const queryOf = (pairs: readonly (readonly [string, string])[]): Query => new FirstValues(pairs);

/** A whole number from a query parameter. Throws InvalidArgument outside the bounds. */
export function numberOf(query: Query, name: string, bounds: { min: number; max: number; clamp?: boolean }) {
  const text = query.get(name);
  if (text === undefined || text === '') return undefined;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (bounds.clamp && value > bounds.max) return bounds.max;
  if (!(value >= bounds.min && value <= bounds.max)) throw failures.invalidArgument(`${name} is out of range.`);
  return value;
}
