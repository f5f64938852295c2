import { codeOfRegion } from '../../../shared/cos/index.ts';
import type { Switches } from '../cos/switches.ts';
import type { CoreEvent } from '../cos/types.ts';
import type { FunctionId } from './types.ts';

/**
 * Recorded events name the standard class `Standard`. Their spelling of the others is unknown, so those keep COS's
 * usual spelling.
 */
const STANDARD = 'Standard';

/**
 * The event that COS passes to a function for one write, in the form of the recordings of 2022. Functions must not
 * trust it for more than the key: `vid` is empty unless the switch fills it.
 *
 * It has the uploader's signature, as real ones do. This one is made up, so a test may look for it in logs.
 */
export function cosEvent(event: CoreEvent, target: FunctionId & { qualifier: string }, switches: Switches): unknown {
  const { bucket, name, appid } = splitBucket(event.bucket);
  const seconds = Math.floor(event.time / 1000);
  const short = codeOfRegion(event.region) ?? event.region;
  return {
    Records: [
      {
        cos: {
          cosBucket: { appid, cosRegion: event.region, name, region: short, s3Region: event.region },
          cosNotificationId: 'unkown',
          cosObject: {
            key: `/${appid}/${name}/${event.key}`,
            meta: metaOf(event, switches),
            size: event.size,
            url: `http://${bucket}.cos.${event.region}.myqcloud.com/${encodeKey(event.key)}`,
            vid: switches.eventVersionId ? event.versionId : '',
          },
          cosSchemaVersion: '1.0',
        },
        event: {
          eventName: event.name,
          eventQueue: `qcs:0:scf:${target.region}:appid/${appid}:${target.namespace}.${target.name}.${target.qualifier}`,
          eventSource: 'qcs::cos',
          eventTime: seconds,
          eventVersion: '1.0',
          reqid: 0,
          requestParameters: {
            requestHeaders: { Authorization: uploaderSignature(seconds) },
            requestSourceIP: '192.0.2.20',
          },
          reservedInfo: '',
        },
      },
    ],
  };
}

/** The signature in every event, so that a test can prove that no log has it. */
export const EVENT_SIGNATURE = 'q-signature=5ec2e7000000000000000000000000005ec2e700';

function uploaderSignature(seconds: number): string {
  const time = `${seconds - 1};${seconds + 899}`;
  const fields = `q-sign-time=${time}&q-key-time=${time}&q-header-list=host&q-url-param-list=`;
  return `q-sign-algorithm=sha1&q-ak=AKIDUPLOADER0000000000000000000000000&${fields}&${EVENT_SIGNATURE}`;
}

function metaOf(event: CoreEvent, switches: Switches): Record<string, string> {
  const created = event.etag !== '';
  return {
    ...(created ? { 'Content-Type': event.contentType } : {}),
    ...(created && switches.eventEtag ? { ETag: event.etag } : {}),
    ...Object.fromEntries(Object.entries(event.meta).map(([name, value]) => [`x-cos-meta-${name}`, value])),
    'x-cos-request-id': event.requestId,
    ...(created && switches.eventEtag
      ? { 'x-cos-storage-class': event.storageClass === 'STANDARD' ? STANDARD : event.storageClass }
      : {}),
  };
}

function splitBucket(bucket: string): { bucket: string; name: string; appid: string } {
  const hyphen = bucket.lastIndexOf('-');
  return { bucket, name: bucket.slice(0, hyphen), appid: bucket.slice(hyphen + 1) };
}

/** Everything but letters, digits, `-_.~` and `/` is escaped: a recorded key of exclamation marks reads `%21%21…`. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()*]/g, escapeCharacter)
    .replaceAll('%2F', '/');
}

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
