import type { SkipReason } from '../../shared/replication/index.ts';
import type { Version } from '../cloud/cos/index.ts';

/**
 * Why nobody can copy a version in its present state; undefined: it can be copied. The reason concerns that version
 * alone.
 */
export function skippedFor({ attributes, restoredUntil }: Version): SkipReason | undefined {
  if (attributes.encryption?.algorithm === 'SSE-C') return 'customer-key';
  return attributes.storageClass === 'ARCHIVE' && restoredUntil === undefined ? 'archived' : undefined;
}
