import type { CoreEvent } from '../cloud/cos/index.ts';
import type { Deployment } from './topology.ts';

/** The shares of events, from 0 to 1, that meet each fate on their way to a function. */
export interface Mail {
  readonly lost: number;
  readonly doubled: number;
  /** Comes late. */
  readonly late: number;
  /** ms by which it is late at most. */
  readonly latest: number;
  /** Names the version ID. */
  readonly withVersionId: number;
}

export type FunctionName = 'replicate' | 'task' | 'scan' | 'schedule';

/** The function of a deployment that an event starts. */
export function targetOf(event: CoreEvent, { source, state }: Deployment): FunctionName | undefined {
  const created = event.name.startsWith('cos:ObjectCreated:');
  if (event.bucket === state.bucket) {
    if (!created) return undefined;
    return event.key.startsWith('tasks/') ? 'task' : event.key.startsWith('scans/') ? 'scan' : undefined;
  }
  if (event.bucket !== source.bucket) return undefined;
  const subscribed = created || event.name.endsWith(':DeleteMarkerCreated') || event.name.endsWith('Restore:Completed');
  return subscribed ? 'replicate' : undefined;
}

/** The event in COS's form, as far as the functions read it. */
export function messageOf(event: CoreEvent, withVersionId: boolean): unknown {
  const dash = event.bucket.lastIndexOf('-');
  const [name, appid] = [event.bucket.slice(0, dash), event.bucket.slice(dash + 1)];
  return {
    Records: [
      {
        cos: {
          cosObject: {
            url: `http://${event.bucket}.cos.${event.region}.myqcloud.com/${encodeURIComponent(event.key)}`,
            key: `/${appid}/${name}/${event.key}`,
            vid: withVersionId ? event.versionId : '',
            size: event.size,
            meta: { ETag: event.etag },
          },
          cosBucket: { name, appid, cosRegion: event.region },
        },
        event: { eventName: event.name, eventTime: Math.floor(event.time / 1000) },
      },
    ],
  };
}
