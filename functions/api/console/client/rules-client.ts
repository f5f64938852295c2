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
  /** Undefined: there is no configuration. */
  rules(): Promise<StoredDocument | undefined>;
  /** Both want the rules to be those with this ETag; undefined: that there are none. `PreconditionFailed`: they are others. */
  putRules(xml: string, etag: string | undefined): Promise<void>;
  deleteRules(etag: string | undefined): Promise<void>;
}
