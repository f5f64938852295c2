import type { ObjectHead } from '../../cos/index.ts';
import { ServiceError } from '../../errors/index.ts';
import { isStorageClass } from '../../rules/index.ts';
import type { Rule } from '../../rules/index.ts';
import { MEASURE, metadataBytes, takesOurNames, writeMarker } from '../../identity/index.ts';
import type { Marker } from '../../identity/index.ts';
import type { SkipReason } from '../types.ts';

/** Classes whose bytes cannot be read before a restore. */
const ARCHIVED = /^(?:MAZ_)?(?:DEEP_)?ARCHIVE$/;

/** Whether objects of a class have to be restored before anything can read them. */
export const isArchived = (storageClass: string): boolean => ARCHIVED.test(storageClass);

const isRestored = (head: ObjectHead): boolean => head.restore?.includes('ongoing-request="false"') ?? false;

/** Why this version cannot be copied now, if it cannot. `limit`: bytes of user metadata that COS takes. */
export function skipReasonOf(head: ObjectHead, rule: Rule, marker: Marker, limit: number): SkipReason | undefined {
  if (head.encryption?.algorithm === 'cos/kms' && !rule.kmsObjects) return 'kms-not-selected';
  return unreadable(head) ?? noPlace(head, marker, limit);
}

/** Why a version cannot be copied now as it is, whatever a rule says, if it cannot. */
export function unreadable(head: ObjectHead): SkipReason | undefined {
  const algorithm = head.encryption?.algorithm;
  if (algorithm === 'SSE-C') return 'customer-key';
  if (algorithm === 'unknown') return 'unknown-encryption';
  return isArchived(head.storageClass) && !isRestored(head) ? 'archived' : undefined;
}

/** Why there is no place for the marker beside the object's own metadata, if there is none. */
export function noPlace(head: ObjectHead, marker: Marker, limit: number): SkipReason | undefined {
  if (takesOurNames(head.meta)) return 'reserved-metadata';
  return metadataBytes(writeMarker(head.meta, marker, MEASURE)) > limit ? 'metadata-limit' : undefined;
}

/**
 * Codes with which COS refuses to copy this version until somebody changes it; the reason was not visible before the
 * copy.
 */
const REFUSALS: ReadonlyMap<string, SkipReason> = new Map([
  ['InvalidObjectState', 'archived'],
  // COS says this of one header that is too long, and of all metadata together. The key itself was taken before.
  ['KeyTooLong', 'metadata-limit'],
]);

/** Statuses of a refusal that concerns the request itself and not its sender, or a missing bucket. */
const REFUSED = new Set([400, 405, 409, 501]);
/** Refusals with such a status that are about the destination: they hold for every object and are mended there. */
const OF_DESTINATION = /StorageClass|Kms|Version/i;

/** Why this version cannot be copied, if the refusal of a copy by `rule` says so. */
export function refusalOf(error: unknown, head: ObjectHead, rule: Pick<Rule, 'storageClass'>): SkipReason | undefined {
  if (!(error instanceof ServiceError) || error.outcome !== 'none') return undefined;
  const reason = REFUSALS.get(error.code);
  // A documented class that the destination refuses is a failure, which is tried again. Another class is a property of
  // the version, so the version is skipped.
  if (/StorageClass/i.test(error.code) && rule.storageClass === undefined && !isStorageClass(head.storageClass))
    return 'unknown-class';
  if (reason !== undefined || head.appendable !== true || error.retryable) return reason;
  // COS documents that it does not copy appended objects and names no code, so no code is waited for.
  return REFUSED.has(error.status) && !OF_DESTINATION.test(error.code) ? 'appended' : undefined;
}
