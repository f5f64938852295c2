import type { CloudResponse } from '../../types.ts';
import type { CosCall, Need } from './call.ts';

/** The operation of one method on a bucket, an object, or a sub-resource of either. */
export interface Operation extends Need {
  /** Name by which faults select it; by default the CAM action. */
  readonly action?: string;
  readonly run: (call: CosCall) => Promise<CloudResponse>;
  /** COS answers these 200 before they are done, so the body may be an error. */
  readonly answersEarly?: boolean;
  /** True: the operation concerns many keys and asks for the right to each by itself. */
  readonly perKey?: boolean;
  /** True: the body names the caller, so the operation asks for the right by itself. */
  readonly signedWithin?: boolean;
  /** CAM judges a list of keys by its prefix, as if that were a key. */
  readonly byPrefix?: boolean;
}

export type Methods = Readonly<Record<string, Operation>>;

/** By sub-resource, '' for the plain bucket or object. */
export type Table = Readonly<Record<string, Methods>>;
