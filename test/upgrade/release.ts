import type { ObjectHead, Place } from '../../shared/cos/index.ts';

export const SOURCE: Place = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
export const BACKUP: Place = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
export const STATE: Place = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };

/** The state bucket that a release has written, kept from a local cloud. Its secrets opened nothing but that cloud. */
export interface Release {
  readonly version: string;
  /** ms since 1970. */
  readonly recorded: number;
  /** Keys and bodies (base64) of the state bucket. */
  readonly objects: readonly (readonly [key: string, body: string])[];
  /** HEAD of the replica of the key `live`. */
  readonly replica: ObjectHead;
}
