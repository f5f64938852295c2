import { CosFailure } from '../cos/failure.ts';
import type { Core } from '../cos/calls.ts';
import { CloudFailure } from './failure.ts';

/** Reads a zip out of a bucket, with the platform's own rights. Throws `CloudFailure` when there is no such object. */
export async function fetchZip(
  core: Core,
  { bucket, region, key }: { bucket: string; region: string; key: string },
): Promise<Uint8Array> {
  try {
    const { blob } = core.getObject(bucket, region, key);
    if (!blob) throw new CloudFailure('InvalidParameterValue.CosObjectName', `${key} has no content`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of blob.read(0, blob.size - 1)) chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch (error) {
    if (!(error instanceof CosFailure)) throw error;
    throw new CloudFailure('FailedOperation.Cos', `${bucket}${key}: ${error.code}`);
  }
}
