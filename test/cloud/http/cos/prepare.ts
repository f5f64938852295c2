import { authenticate } from './authenticate.ts';
import { isAllowed } from './authorize.ts';
import type { Resource } from './authorize.ts';
import type { CosCall, CosHandlerOptions, Need, Parsed } from './call.ts';
import { failures } from './failures.ts';

/** Finds out who sends a request. Throws what `authenticate` throws. */
export function prepareCall(parsed: Parsed, options: CosHandlerOptions): CosCall {
  return new PreparedCall(parsed, options);
}

/** A class because there is one for every request: with methods of its own an object costs several times as much. */
class PreparedCall implements CosCall {
  readonly request;
  readonly method;
  readonly bucket;
  readonly region;
  readonly key;
  readonly path;
  readonly query;
  readonly headers;
  readonly requestId;
  readonly core;
  readonly blobs;
  readonly account;
  readonly access;
  readonly now;
  readonly principal;

  constructor(parsed: Parsed, options: CosHandlerOptions) {
    this.request = parsed.request;
    this.method = parsed.method;
    this.bucket = parsed.bucket;
    this.region = parsed.region;
    this.key = parsed.key;
    this.path = parsed.path;
    this.query = parsed.query;
    this.headers = parsed.headers;
    this.requestId = parsed.requestId;
    this.core = options.core;
    this.blobs = options.blobs;
    this.account = options.account;
    this.access = options.access;
    this.now = options.now();
    this.principal = authenticate(parsed, options.access, this.now);
  }

  may(need: Need, target: Resource): boolean {
    return isAllowed(this.access, this.core, this.principal, need, target);
  }

  demand(need: Need, target: Resource): void {
    if (!this.may(need, target)) throw failures.accessDenied();
  }
}
