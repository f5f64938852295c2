import { isPendingMarker } from '../../../shared/tasks/index.ts';
import { refuse } from '../response/errors.ts';

/**
 * The place that a paged call goes on from. A marker is the name of a state object, in base64url so that nobody takes it for the
 * key of an object. Throws a refusal when the text is none of ours.
 */
export function readMarker(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const marker = Buffer.from(text, 'base64url').toString('utf8');
  if (!isPendingMarker(marker) || marker.length > 500) {
    throw refuse(400, 'InvalidArgument', 'The marker is not one that this service gave: send none to begin anew.');
  }
  return marker;
}

/** The field of an answer that has more pages. */
export function markerField(marker: string | undefined): { marker?: string } {
  return marker === undefined ? {} : { marker: Buffer.from(marker).toString('base64url') };
}
