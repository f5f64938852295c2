import type { Cos } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import type { RangeDocument, ScanDocument } from './documents.ts';
import { commonPrefix } from './scope.ts';
import { VersionStream, type Bounds, type Cursor } from './streams.ts';

/** A side cannot be listed. This run did not cause it, and another run would fail at once as well. */
export class Unlisted extends Error {
  override readonly name = 'Unlisted';

  constructor(cause: ServiceError) {
    super(cause.message, { cause });
  }
}

/** The listings of source and destination for the rest of a range. Reading them throws `Unlisted`. */
export function openSides(
  cos: Cos,
  scan: ScanDocument,
  range: RangeDocument,
  prefixes: readonly string[],
): [source: VersionStream, destination: VersionStream] {
  const prefix = prefixOf(prefixes, scan.prefix);
  const bounds: Bounds = { after: range.cursor ?? range.after ?? undefined, upTo: range.upTo ?? undefined };
  const read = (side: 'source' | 'destination') => (cursor: Cursor | undefined) =>
    cos
      .listVersions(scan[side], { ...(prefix === '' ? {} : { prefix }), maxKeys: 1000, ...cursor })
      .catch((error: unknown) => {
        throw error instanceof ServiceError ? new Unlisted(error) : error;
      });
  return [new VersionStream(read('source'), bounds), new VersionStream(read('destination'), bounds)];
}

/** The prefix to list: that of all keys that a rule may cover and the scan asks for. */
function prefixOf(prefixes: readonly string[], asked: string): string {
  const common = commonPrefix(prefixes);
  return common.startsWith(asked) ? common : asked;
}
