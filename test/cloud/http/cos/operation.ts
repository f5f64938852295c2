import type { CloudResponse } from '../../types.ts';
import type { CosCall, Need } from './call.ts';

/** The operation of one method on a bucket, an object, or a sub-resource of either. */
export interface Operation extends Need {
  /** Name by which faults pick it; the CAM action unless told. */
  readonly action?: string;
  readonly run: (call: CosCall) => Promise<CloudResponse>;
  /** COS answers these 200 before they are done, so that an error may come in the body. */
  readonly answersEarly?: boolean;
  /** True: the operation is about many keys and asks for the right to each by itself. */
  readonly perKey?: boolean;
  /** True: the body names the caller, so the operation asks for the right by itself. */
  readonly signedWithin?: boolean;
  /** CAM judges it by the prefix that is asked for, as if that were a key: a list of keys. */
  readonly byPrefix?: boolean;
}

export type Methods = Readonly<Record<string, Operation>>;

/** By sub-resource, '' for the plain bucket or object. */
export type Table = Readonly<Record<string, Methods>>;
