import type { Place } from '../../shared/cos/index.ts';
import type { Version } from '../cloud/cos/index.ts';

/** The parts of an event that a test sets by hand. Each other part is as COS sends it, or missing. */
export interface HandMade {
  readonly name?: string;
  readonly key: string;
  readonly place: Place;
  /** '': the event has none. By default the version's own. */
  readonly vid?: string;
  readonly version?: Version | undefined;
  /** In seconds since 1970. By default the version's own. */
  readonly time?: number;
}

export const MARKER_EVENT = 'cos:ObjectRemove:DeleteMarkerCreated';

/** One record as COS sends it, with the fields that the functions read. */
export function recordOf({ name = 'cos:ObjectCreated:Put', key, vid, version, place, time }: HandMade) {
  const dash = place.bucket.lastIndexOf('-');
  const [bucket, appid] = [place.bucket.slice(0, dash), place.bucket.slice(dash + 1)];
  const seconds = time ?? (version && Math.floor(version.time / 1e6));
  return {
    cos: {
      cosBucket: { name: bucket, appid, cosRegion: place.region },
      cosObject: {
        key: `/${appid}/${bucket}/${key}`,
        url: `http://${place.bucket}.cos.${place.region}.myqcloud.com/${key.split('/').map(encodeURIComponent).join('/')}`,
        vid: vid ?? version?.versionId ?? '',
        ...(version?.blob ? { size: version.blob.size, meta: { ETag: version.etag } } : {}),
      },
    },
    event: { eventName: name, ...(seconds === undefined ? {} : { eventTime: seconds }) },
  };
}

/** The event of COS when an object is written; functions start each other with it. */
export const messageOf = (place: Place, key: string) => ({ Records: [recordOf({ key, place, vid: '' })] });
