import { isPendingMarker } from '../../../shared/tasks/index.ts';
import { refuse } from '../response/errors.ts';

/**
 * The cursor from which a paged call goes on. It is the name of a state object, in base64url so that nobody mistakes it
 * for the key of an object. Throws a refusal when the text is not such a cursor.
 */
export function readMarker(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const marker = Buffer.from(text, 'base64url').toString('utf8');
  if (!isPendingMarker(marker) || marker.length > 500) {
    throw refuse(400, 'InvalidArgument', 'The marker is not one that this service gave: send none to begin again.');
  }
  return marker;
}

/** The field of an answer that has more pages. */
export function markerField(marker: string | undefined): { marker?: string } {
  return marker === undefined ? {} : { marker: Buffer.from(marker).toString('base64url') };
}
