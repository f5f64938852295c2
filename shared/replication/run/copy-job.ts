import type { CopyAttributes, CopySource, ObjectHead, WriteResult } from '../../cos/index.ts';
import type { Marker } from '../../identity/index.ts';

/** One replica to be made. */
export interface Copy {
  readonly from: CopySource;
  readonly head: ObjectHead;
  readonly marker: Marker;
  /** The demands of the rule on the replica, beyond its bytes. An upload that began with others is not continued. */
  readonly terms: string;
  readonly attributes: () => Promise<CopyAttributes>;
}

/** The result of a write, and the marker that the replica bears. */
export interface Written {
  readonly result: WriteResult;
  readonly marker: Marker;
}
