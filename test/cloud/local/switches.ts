import * as z from 'zod';
import type { Switches } from '../cos/index.ts';

const shape = {
  markerOn404: z.boolean().optional(),
  eventVersionId: z.boolean().optional(),
  eventEtag: z.boolean().optional(),
  listingLag: z.number().min(0).optional(),
  metadataLimit: z.int().min(0).optional(),
  metadataHeaderLimit: z.int().min(0).optional(),
  noSuchCopySource: z.boolean().optional(),
  lifecycleEvents: z.boolean().optional(),
  appendOnVersioned: z.enum(['null', 'refused']).optional(),
  copyAppendable: z.boolean().optional(),
  copySymlink: z.enum(['target', 'link']).optional(),
  refuseEmptyVersionId: z.boolean().optional(),
  noSuchTagSetOfObjects: z.boolean().optional(),
  ownBucketAlreadyExists: z.boolean().optional(),
  refuseLongDomains: z.boolean().optional(),
  refuseLeadingSlash: z.boolean().optional(),
  ignoreUnknownSubresources: z.boolean().optional(),
  nativeReplication: z.boolean().optional(),
} satisfies Record<keyof Switches, z.ZodType>;
const schema = z.strictObject(shape);

/** Throws `TypeError` for a switch that does not exist or a value that it cannot have. */
export function changeSwitches(switches: Switches, changes: unknown): void {
  const parsed = schema.safeParse(changes);
  if (!parsed.success) throw new TypeError(`not a set of switches: ${z.prettifyError(parsed.error)}`);
  Object.assign(switches, parsed.data);
}
