import type { XmlElement } from './xml.ts';

export interface StoredDocument {
  readonly root: XmlElement;
  /** HTTP date of the PUT that stored it. */
  readonly storedAt: string | undefined;
  /** Changes with every PUT. */
  readonly etag: string | undefined;
}

/** The calls that COS has too. Each throws `ApiError`. */
export interface RulesClient {
  /** Undefined when there is no configuration. */
  rules(): Promise<StoredDocument | undefined>;
  /**
   * Both require the rules to have this ETag; undefined: there must be none. Throws `PreconditionFailed` when they have
   * changed.
   */
  putRules(xml: string, etag: string | undefined): Promise<void>;
  deleteRules(etag: string | undefined): Promise<void>;
}
