import { formatPlace, type ObjectHead, type Place } from '../cos/index.ts';
import { constantTimeEqual, type Hash } from '../signing/index.ts';
import { proofOf, readProof, writeProof } from './proof.ts';
import type { Marker, MarkerKey, Ref } from './types.ts';
import { refOf, refOfId, timeOfVersionId } from './version.ts';
import { LANDING_MS, PARTS_LANDING_MS, SLOWEST_PARTS } from '../durations/index.ts';

/**
 * Name without `x-cos-meta-`. It is part of the public contract: restores and audits read
 * `<region>/<bucket>/<versionId>`.
 */
const SOURCE = 'replication-source';
/** The other fields of the marker, and the signature over all of it: `<form>;<field>;…;<key>;<signature>`. */
const MARKER = 'replication-marker';
const FORM = '1';
/** A marker of this release or of another one. */
const ANY_FORM = /^\d+(?:;[^;]*){4,}$/;
const SOURCE_FORM = /^([a-z0-9-]+)\/([a-z0-9-]+)\/([A-Za-z0-9+/=_-]+)$/;
/** 132 bits of HMAC-SHA256 as base64url. */
const SIGNATURE_LENGTH = 22;
const KEY_ID_LENGTH = 8;
/** Longer than any marker that this service writes. A longer value comes from a user and is not parsed. */
const LONGEST = 1024;

/**
 * The latest time, in ms after its beginning, at which an attempt may have written a replica of `size` bytes. An
 * attempt in parts takes longer, so its ID says that it is one; after this time it is begun anew rather than completed.
 */
export const landingMs = (inParts: boolean | undefined, size: number): number =>
  inParts ? PARTS_LANDING_MS + size / SLOWEST_PARTS : LANDING_MS;

/** Whether the attempt can have written the version. If not, it is a user's later copy. */
// P17b: A version that appeared later than its attempt can land is a copy that a user made.
export const landedInTime = (head: ObjectHead, marker: Marker): boolean =>
  head.lastModified - marker.attempted <= landingMs(marker.inParts, head.size);

type Attempt = Pick<Marker, 'id' | 'attempted' | 'named' | 'inParts'>;

/**
 * One copy attempt: when it began by the destination's clock, and a unique text. `v` and, in parts, `p`: a version was
 * named or the listings were read; `w`, `q`: an event without a version ID started it.
 */
export function attemptId(attempted: number, named: boolean, unique: string, inParts = false): string {
  const kind = inParts ? (named ? 'p' : 'q') : named ? 'v' : 'w';
  return `${Math.floor(attempted / 1000)}-${kind}${unique}`;
}

/** Reads an attempt ID; undefined when the text is not one. */
export function attemptOf(id: string): Attempt | undefined {
  const [, seconds, kind] = /^(\d{1,12})-([vwpq])[A-Za-z0-9]+$/.exec(id) ?? [];
  if (seconds === undefined || kind === undefined) return undefined;
  return {
    id,
    attempted: Number(seconds) * 1000,
    named: kind === 'v' || kind === 'p',
    ...(kind === 'p' || kind === 'q' ? { inParts: true } : {}),
  };
}

/** Signs the content of a marker together with the place where it will lie. */
export interface Signer {
  readonly keyId: string;
  sign(source: string, said: string): string;
}

/** The signer of one marker key for one object key of one bucket. A copy of a replica elsewhere is an ordinary object. */
export const signerFor = (key: MarkerKey, hash: Hash, place: Place, objectKey: string): Signer => ({
  keyId: key.id,
  sign: (source, said) => {
    // JSON keeps the parts apart, whatever they contain.
    const text = JSON.stringify(['replication marker', formatPlace(place), objectKey, source, key.id, said]);
    return Buffer.from(hash.hmacSha256(key.secret, text)).toString('base64url').slice(0, SIGNATURE_LENGTH);
  },
});

/** A signer for measuring the size of a marker before it is written. */
export const MEASURE: Signer = {
  keyId: '0'.repeat(KEY_ID_LENGTH),
  sign: () => '0'.repeat(SIGNATURE_LENGTH),
};

/** Number of letters and digits that make an attempt unique in a deployment. */
export const UNIQUE_LENGTH = 18;

/** A marker as large as the real one, for a version that nobody has tried to copy yet. */
export const sampleMarker = (source: Place, ref: Ref, head: ObjectHead): Marker => ({
  source,
  ref,
  base: ref,
  proof: proofOf(head, false),
  named: true,
  attempted: head.lastModified,
  id: attemptId(head.lastModified, true, '0'.repeat(UNIQUE_LENGTH)),
});

/** User metadata of the replica: the object's own, without any earlier marker, plus the new marker. */
export function writeMarker(
  own: Readonly<Record<string, string>>,
  marker: Marker,
  signer: Signer,
): Record<string, string> {
  const meta: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) if (name !== SOURCE && name !== MARKER) meta[name] = value;
  const [versionId = '', , etag = ''] = marker.ref.id.startsWith('null/') ? marker.ref.id.split('/') : [marker.ref.id];
  const source = `${marker.source.region}/${marker.source.bucket}/${versionId}`;
  const time = timeOfVersionId(versionId) === undefined ? String(Math.floor(marker.ref.time / 1000)) : '';
  const said = [FORM, time, marker.base?.id ?? '', writeProof(marker.proof), marker.id, etag].map(escape).join(';');
  meta[SOURCE] = source;
  meta[MARKER] = `${said};${signer.keyId};${signer.sign(source, said)}`;
  return meta;
}

/** The marker on an object before its signature is checked. Anybody may have written it. */
export interface Unproven {
  readonly marker: Marker;
  readonly keyId: string;
  /** Whether this signer has written it. */
  isSignedBy(signer: Signer): boolean;
}

/** Undefined when there is no marker, or not one of the form that this service writes. Never throws. */
export function readMarker(meta: Readonly<Record<string, string>>): Unproven | undefined {
  const [source, text] = [meta[SOURCE] ?? '', meta[MARKER] ?? ''];
  if (source.length > LONGEST || text.length > LONGEST) return undefined;
  const [, said, keyId, signature] = /^(1(?:;[^;]*){5});([0-9a-f]{8});([A-Za-z0-9_-]{22})$/.exec(text) ?? [];
  if (said === undefined || keyId === undefined || signature === undefined) return undefined;
  const marker = markerOf(source, said);
  if (marker === undefined) return undefined;
  return { marker, keyId, isSignedBy: (signer) => constantTimeEqual(signer.sign(source, said), signature) };
}

function markerOf(source: string, said: string): Marker | undefined {
  const [, region, bucket, versionId] = SOURCE_FORM.exec(source) ?? [];
  const fields = unescapeAll(said.split(';'));
  if (!region || !bucket || !versionId || fields === undefined) return undefined;
  const [, time = '', base = '', proved = '', id = '', etag = ''] = fields;
  const [attempt, proof] = [attemptOf(id), readProof(proved)];
  if (!attempt || !proof || !/^\d{0,15}$/.test(time)) return undefined;
  return {
    source: { region, bucket },
    ref: refOf(versionId, Number(time), etag),
    base: base === '' ? undefined : refOfId(base),
    proof,
    ...attempt,
  };
}

/** Version IDs and ETags need no escapes. Any other text from COS must not break the form. */
const escape = (field: string): string => field.replaceAll(/[^A-Za-z0-9+/=_-]/gu, (sign) => encodeURIComponent(sign));

function unescapeAll(fields: readonly string[]): readonly string[] | undefined {
  try {
    return fields.map((field) => decodeURIComponent(field));
  } catch {
    return undefined;
  }
}

/**
 * Whether a user's own metadata has a name of the marker without being one, of this release or an earlier one. Writing
 * a marker would lose that entry.
 */
export function takesOurNames(meta: Readonly<Record<string, string>>): boolean {
  const [source, marker] = [meta[SOURCE], meta[MARKER]];
  return (source !== undefined && !SOURCE_FORM.test(source)) || (marker !== undefined && !ANY_FORM.test(marker));
}

/**
 * Size of user metadata as COS counts it, by the larger reading of its documentation: names with their prefix, and
 * values.
 */
export function metadataBytes(meta: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(meta)) bytes += 'x-cos-meta-'.length + name.length + value.length;
  return bytes;
}

/** User metadata without the marker. */
export function ownMetadata(meta: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(meta).filter(([name]) => name !== SOURCE && name !== MARKER));
}
