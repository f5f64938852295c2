/**
 * The hash functions that signatures need. They are arguments, so that the same code signs in Node (`node:crypto`) and
 * in a browser (a small library), and a test can count the calls.
 */
export interface Hash {
  /** Lower-case hex SHA-1 of UTF-8 text. */
  sha1(text: string): string;
  /** Lower-case hex HMAC-SHA1; the key is used as UTF-8 text. */
  hmacSha1(key: string, text: string): string;
  /** Lower-case hex SHA-256. */
  sha256(data: string | Uint8Array): string;
  /** HMAC-SHA256 as raw bytes, for the chained key derivation of TC3. */
  hmacSha256(key: string | Uint8Array, text: string): Uint8Array;
}

export interface Credentials {
  readonly secretId: string;
  readonly secretKey: string;
  /** Session token of temporary credentials. */
  readonly token?: string | undefined;
}

/** Name and value pairs in the order of the request; a name may repeat. */
export type Pairs = readonly (readonly [name: string, value: string])[];

/** Unix seconds, both ends included, as in `q-sign-time` and `q-key-time`. */
export interface TimeRange {
  readonly start: number;
  readonly end: number;
}

/** The parts of a request that a COS signature covers. */
export interface SignableRequest {
  readonly method: string;
  /** URL-decoded path with its leading `/`. */
  readonly path: string;
  /** Decoded query parameters; a bare key has the value ''. */
  readonly query: Pairs;
  readonly headers: Pairs;
}

/** The fields of a signature as they stand in an `Authorization` header or in the query string. */
export interface SignatureFields {
  readonly secretId: string;
  readonly signTime: TimeRange;
  readonly keyTime: TimeRange;
  readonly headerList: readonly string[];
  readonly paramList: readonly string[];
  readonly signature: string;
  readonly from: 'header' | 'query';
}
