/** A regular file of the folder that is uploaded. */
export interface SourceFile {
  readonly path: string;
  /** Its path below the folder, with `/` between the parts: the object key. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

/** The attributes that are sent with an upload. */
export interface Attributes {
  /** Names as on the wire, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Without `x-cos-meta-`. */
  readonly meta: Readonly<Record<string, string>>;
  readonly storageClass?: string;
  readonly tags?: readonly (readonly [string, string])[];
}

export type Step =
  | { readonly kind: 'put'; readonly file: SourceFile; readonly attributes: Attributes; readonly multipart: boolean }
  | { readonly kind: 'delete' };

/** The steps of one key, in order. Keys are independent of each other. */
export interface Story {
  readonly key: string;
  readonly steps: readonly Step[];
}

/** One write that COS confirmed. */
export interface Written {
  readonly key: string;
  readonly versionId: string;
  readonly deleteMarker: boolean;
  /** Bytes; 0 on a delete marker. */
  readonly size: number;
}

/** One entry of a listing of versions. */
export interface Entry {
  readonly key: string;
  readonly versionId: string;
  readonly deleteMarker: boolean;
  readonly isLatest: boolean;
  /** Bytes; 0 on a delete marker. */
  readonly size: number;
}

/** A fault that the comparison has found. */
export interface Mismatch {
  readonly key: string;
  readonly versionId: string | undefined;
  readonly what: string;
}
