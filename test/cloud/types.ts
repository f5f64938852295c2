import type { CoreEvent } from './cos/types.ts';

/** One HTTP request as it came over the wire, with its absolute form already split. */
export interface CloudRequest {
  /** Upper case. */
  readonly method: string;
  /** Host the request is for, port included when the client sent one. */
  readonly host: string;
  /** Still percent-encoded, with its leading `/`. */
  readonly rawPath: string;
  /** Without the `?`; '' when there is none. */
  readonly rawQuery: string;
  /** Names in lower case, in wire order, repeats kept; `host` included. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: AsyncIterable<Uint8Array>;
  readonly remoteAddress: string;
}

export interface CloudResponse {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
}

export type Handler = (request: CloudRequest) => Promise<CloudResponse>;

export interface Principal {
  readonly kind: 'root' | 'role';
  readonly uin: string;
  readonly roleName?: string;
}

export interface KeyPair {
  readonly secretId: string;
  readonly secretKey: string;
  /** Temporary pairs must come with this token. */
  readonly token?: string;
  /** ms since 1970, temporary pairs only. */
  readonly expires?: number;
  readonly principal: Principal;
}

/** The keys with their holders, and the rights that CAM gives them. */
export interface Access {
  find(secretId: string): KeyPair | undefined;
  /**
   * `action` such as `name/cos:PutObject` or `scf:CreateFunction`; `resource` such as
   * `qcs::cos:ap-guangzhou:uid/1250000000:photos-1250000000/a/b.jpg`. Root may do everything.
   */
  allows(principal: Principal, action: string, resource: string): boolean;
  /** The same, but a deny differs from silence: only silence leaves the decision to a policy of the bucket. */
  decide(principal: Principal, action: string, resource: string): 'allow' | 'deny' | 'none';
}

/** The features of a request by which faults can select it. */
export interface RequestInfo {
  readonly service: 'cos' | 'scf' | 'cam' | 'cls';
  /** CAM action without its prefix: `PutObject`, `HeadObject`, `CopyObject`, `GetBucketObjectVersions`, … */
  readonly action: string;
  readonly method: string;
  readonly bucket: string;
  readonly region: string;
  readonly key: string;
  /** Region the copied bytes come from, for latency per region pair. */
  readonly sourceRegion?: string;
}

export type RequestFault =
  /** Waits before the request takes effect. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Answers with this status and code; nothing happens. */
  | { readonly kind: 'error'; readonly status: number; readonly code: string }
  /** Closes the connection; nothing happens. */
  | { readonly kind: 'reset' }
  /** Takes effect, then the connection is closed without an answer. */
  | { readonly kind: 'reset-after' }
  /** Copy and Complete only: status 200, `<Error>` in the body, nothing happens. */
  | { readonly kind: 'error-in-200'; readonly code: string };

export interface Faults {
  onRequest(info: RequestInfo): readonly RequestFault[];
  /** Delays in ms, one per delivery: `[0]` is normal, `[]` loses the event, `[0, 500]` doubles it. */
  onEvent(event: CoreEvent): readonly number[];
}
