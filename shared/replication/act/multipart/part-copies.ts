import type { CopySource, Cos } from '../../../cos/index.ts';
import { isNull } from '../../../identity/index.ts';
import type { Target, Upload } from '../../../tasks/index.ts';
import { at } from '../../errors.ts';
import type { Ending } from '../../halt.ts';
import { inLanes, type Travelled } from './lanes.ts';
import { rangeOf } from './part-size.ts';
import { harmless } from './uploads.ts';
import { PARTS_ASKED_MS } from '../../../durations/index.ts';

export interface PartCopiesOptions {
  readonly cos: Cos;
  readonly target: Pick<Target, 'destination' | 'key'>;
  readonly upload: Upload;
  /** ms since 1970. */
  readonly now: () => number;
  /** ms since 1970 by which each part must be copied; no part is begun that would take longer. */
  readonly stop: number;
  /** Parts in progress at once. */
  readonly lanes: number;
  /** Asked before each part. */
  readonly closed: () => Promise<Ending | undefined>;
  /** ETags of the parts that are there, by number. New ones are added. */
  readonly known: Map<number, string>;
}

/** Copies the parts of one upload for one run. */
export interface PartCopies {
  /**
   * Copies these parts in parallel. `shared`: other runs copy parts too, so parts that are there by now are left out.
   */
  copy(parts: readonly number[], shared: boolean): Promise<Travelled>;
  /** Asks COS which parts are there. Throws `CosError`: `NoSuchUpload` when the upload was completed or aborted. */
  refresh(): Promise<void>;
  /** Longest time in ms that a part took. */
  longest(): number;
}

export function createPartCopies(options: PartCopiesOptions): PartCopies {
  const { cos, target, upload, now, stop, lanes, closed, known } = options;
  const { destination, key } = target;
  const { uploadId, size, partSize } = upload;
  const source = originalOf(target, upload);
  let [longest, asked] = [0, now()];
  let asking: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    asked = now();
    for (const [partNumber, etag] of await wholeParts(cos, target, upload)) known.set(partNumber, etag);
  };
  const refreshOnce = async (): Promise<void> => {
    asking ??= refresh().finally(() => {
      asking = undefined;
    });
    return asking;
  };
  const copyPart = async (partNumber: number, shared: boolean): Promise<Ending | undefined> => {
    // P29c: A helping run checks the rules too.
    const halt = await closed();
    if (halt) return halt;
    if (shared && (asking !== undefined || now() - asked >= PARTS_ASKED_MS)) await refreshOnce();
    if (shared && known.has(partNumber)) return undefined;
    const started = now();
    const part = { uploadId, partNumber, source, range: rangeOf(partNumber, size, partSize) };
    known.set(partNumber, await harmless(() => at('destination', () => cos.uploadPartCopy(destination, key, part))));
    longest = Math.max(longest, now() - started);
    return undefined;
  };
  return {
    // A part that the end of the run would interrupt is left to the next run.
    copy: (parts, shared) =>
      inLanes(parts, (part) => copyPart(part, shared), { lanes, mayBegin: () => now() + longest < stop }),
    refresh: refreshOnce,
    longest: () => longest,
  };
}

/** A `null` version may be overwritten under its ID, so its ETag pins it. */
function originalOf({ key }: Pick<Target, 'key'>, { from, versionId, etag }: Upload): CopySource {
  // P49: All parts of an upload are of one version.
  return { place: from, key, versionId, ...(isNull(versionId) ? { ifMatch: etag } : {}) };
}

/** ETags of the complete parts. Throws `CosError`. */
export async function wholeParts(
  cos: Cos,
  { destination, key }: Pick<Target, 'destination' | 'key'>,
  { size, partSize, uploadId }: Upload,
): Promise<Map<number, string>> {
  const parts = await at('destination', () => cos.listParts(destination, key, uploadId));
  const whole = parts.filter(({ partNumber, size: bytes }) => {
    const [start, end] = rangeOf(partNumber, size, partSize);
    return bytes === end - start + 1;
  });
  return new Map(whole.map(({ partNumber, etag }) => [partNumber, etag]));
}
