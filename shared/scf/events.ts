import { isBucketName, isRegion, keyProblem, placeOfHost, regionFromCode } from '../cos/index.ts';
import type { Place } from '../cos/index.ts';
import { field, isRecord, textField } from './guards.ts';
import { formatLine } from './log.ts';
import type { ObjectEvent } from './types.ts';

/**
 * Receives a description of a record that cannot be used, or only in part. It never holds the record, which carries the
 * uploader's signature.
 */
export type OnProblem = (problem: string) => void;

const URL_FORM = /^https?:\/\/([^/?#]+)\/(.*)$/s;

const logProblem: OnProblem = (problem) => console.log(formatLine({ problem }));

/**
 * The records of a COS event. An event is a hint, so nothing in it is worth a retry: an unreadable record is reported
 * to `onProblem` (by default a log line) and left out. Unknown event types are returned as `other`. A record whose url
 * and key name different objects is returned once for each, because a look at the wrong name costs little.
 */
export function readCosEvent(event: unknown, onProblem: OnProblem = logProblem): ObjectEvent[] {
  const records = field(event, 'Records');
  if (!Array.isArray(records)) {
    onProblem('The event has no Records; it is not a COS event.');
    return [];
  }
  return records.flatMap((record: unknown, index) => {
    const told: OnProblem = (problem) => onProblem(`Record ${index + 1} of the COS event: ${problem}`);
    return readRecord(record, told);
  });
}

function readRecord(record: unknown, onProblem: OnProblem): ObjectEvent[] {
  const cos = field(record, 'cos');
  const happened = field(record, 'event');
  const name = textField(happened, 'eventName');
  if (!isRecord(cos) || name === undefined) {
    onProblem('it has no cos part or no eventName.');
    return [];
  }
  const object = field(cos, 'cosObject');
  const bucket = field(cos, 'cosBucket');
  const address = readUrl(textField(object, 'url'));
  const place = address?.place ?? placeOfBucket(bucket);
  const raw = rawKey(textField(object, 'key'), bucket);
  // COS does not document which of the two is encoded and how often; one capture shows it. No object can have a name
  // that COS refuses, such as a long one that is encoded, and a task for it would fail for ever.
  const keys = [...new Set([address?.key, raw])].filter(
    (key): key is string => key !== undefined && keyProblem(key) === undefined,
  );
  if (place === undefined || keys.length === 0) {
    onProblem('neither url nor key and cosBucket name an object.');
    return [];
  }
  if (keys.length > 1) onProblem('url and key name different objects; both are looked at.');
  const stated = placeOfBucket(bucket);
  if (stated !== undefined && stated.bucket !== place.bucket) {
    onProblem('url and cosBucket name different buckets; the url is followed.');
  }
  const rest = {
    type: typeOf(name),
    name,
    place,
    versionId: textField(object, 'vid'),
    etag: etagOf(field(object, 'meta')),
    size: sizeOf(field(object, 'size')),
    time: timeOf(field(happened, 'eventTime')),
  };
  return keys.map((key) => ({ ...rest, key }));
}

function typeOf(name: string): ObjectEvent['type'] {
  if (name.startsWith('cos:ObjectCreated:')) return 'created';
  if (name === 'cos:ObjectRemove:DeleteMarkerCreated') return 'marker';
  if (name.startsWith('cos:ObjectRemove:')) return 'removed';
  return name === 'cos:ObjectRestore:Completed' ? 'restored' : 'other';
}

function readUrl(url: string | undefined): { place: Place | undefined; key: string } | undefined {
  // Not parsed with the URL class, which would turn the key `a/../b` into `b`.
  const [, host, path] = URL_FORM.exec(url ?? '') ?? [];
  if (host === undefined || path === undefined) return undefined;
  try {
    return { place: placeOfHost(host), key: decodeURIComponent(path) };
  } catch {
    // The text is not percent-encoded; `key` has it unencoded.
    return undefined;
  }
}

function placeOfBucket(bucket: unknown): Place | undefined {
  const full = `${textField(bucket, 'name') ?? ''}-${textField(bucket, 'appid') ?? ''}`;
  // `region` is a short code that needs a table; the newer fields hold the full name.
  const region =
    textField(bucket, 'cosRegion') ??
    textField(bucket, 's3Region') ??
    regionFromCode(textField(bucket, 'region') ?? '');
  return region !== undefined && isBucketName(full) && isRegion(region) ? { bucket: full, region } : undefined;
}

/** `key` is `/<appid>/<bucket name without appid>/<key>`. */
function rawKey(key: string | undefined, bucket: unknown): string | undefined {
  const prefix = `/${textField(bucket, 'appid') ?? ''}/${textField(bucket, 'name') ?? ''}/`;
  return key?.startsWith(prefix) === true ? key.slice(prefix.length) : undefined;
}

function etagOf(meta: unknown): string | undefined {
  if (!isRecord(meta)) return undefined;
  const name = Object.keys(meta).find((candidate) => candidate.toLowerCase() === 'etag');
  const value = name === undefined ? undefined : textField(meta, name);
  if (value === undefined) return undefined;
  return value.startsWith('"') ? value : `"${value}"`;
}

/** Usually a number; one sample of the documentation has it as text. */
function sizeOf(size: unknown): number | undefined {
  const number = typeof size === 'string' && size !== '' ? Number(size) : size;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** Usually Unix seconds; one sample of the documentation has a date as text. */
function timeOf(time: unknown): number | undefined {
  if (typeof time === 'number') return Number.isFinite(time) ? Math.floor(time) * 1000 : undefined;
  if (typeof time !== 'string' || time === '') return undefined;
  const parsed = /^\d+$/.test(time) ? Number(time) * 1000 : Date.parse(time);
  return Number.isFinite(parsed) ? Math.floor(parsed / 1000) * 1000 : undefined;
}
