import { appidOf } from '../../../../shared/cos/index.ts';
import type { Principal } from '../../types.ts';
import { authenticate } from './authenticate.ts';
import { isAllowed } from './authorize.ts';
import type { Account, CosCall, CosHandlerOptions, Need, Parsed, Target } from './call.ts';
import { failures } from './failures.ts';

/** Finds the sender of a request. Throws the errors of `authenticate`. */
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
  readonly #accounts;

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
    this.access = options.access;
    this.now = options.now();
    this.principal = authenticate(parsed, options.access, this.now);
    this.#accounts = options.accounts;
    this.account = accountOf(parsed, this.principal, options.accounts);
  }

  may(need: Need, target: Target): boolean {
    return this.mayAs(this.principal, need, target);
  }

  mayAs(caller: Principal | undefined, need: Need, target: Target): boolean {
    return isAllowed({ access: this.access, core: this.core, accounts: this.#accounts }, caller, need, target);
  }

  demand(need: Need, target: Target): void {
    if (!this.may(need, target)) throw failures.accessDenied();
  }
}

/** The account of the answer: the bucket's owner or, on the service, the caller's own. */
function accountOf({ bucket }: Parsed, caller: Principal | undefined, accounts: readonly Account[]): Account {
  const appid = appidOf(bucket);
  const found = accounts.find((account) => (bucket === '' ? account.uin === caller?.uin : account.appid === appid));
  return found ?? { appid, uin: '' };
}
