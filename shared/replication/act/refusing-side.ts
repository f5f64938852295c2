import { CosError, samePlace, type CopySource } from '../../cos/index.ts';
import { listedId } from '../../identity/index.ts';
import { ServiceError } from '../../errors/index.ts';
import type { Needs } from '../run/run.ts';

/**
 * Sets the side of a refused copy's error, and returns the error. A copy needs a right on either side, and COS does not
 * say which one is missing. If the first byte of the original can be read, the right to write is missing. If that read
 * decides nothing, the side stays open.
 */
export async function withRefusingSide(
  { deps, work }: Needs<'deps' | 'work'>,
  { place, key, versionId }: CopySource,
  error: unknown,
): Promise<unknown> {
  if (!isDenied(error) || !(error instanceof CosError && error.request.endsWith('(copy)'))) return error;
  error.side = 'destination';
  if (samePlace(place, work.destination)) return error;
  try {
    await deps.cos.getRange(place, key, { versionId: listedId(versionId), range: [0, 0] });
  } catch (answer) {
    if (isDenied(answer)) error.side = 'source';
    // An empty object has no first byte.
    else if (!(answer instanceof ServiceError && answer.status === 416)) error.side = undefined;
  }
  return error;
}

const isDenied = (error: unknown): error is ServiceError =>
  error instanceof ServiceError && error.code === 'AccessDenied';
