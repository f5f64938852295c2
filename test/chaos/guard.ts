import type { CopySource, Cos, Place } from '../../shared/cos/index.ts';
import type { Core } from '../cloud/cos/index.ts';
import type { Copied, Ledger } from './ledger.ts';
import { MARKS } from '../../shared/replication/index.ts';
import { CANARY_PREFIX } from '../../shared/rules/index.ts';
import type { Diary } from './diary.ts';
import { nameOf } from './invariants.ts';
import { noteRecord, noteRemoval } from './mark-records.ts';
import { isOrphanedCopy } from './orphans.ts';
import { isShared, type Deployment, type Topology } from './topology.ts';

/** The ID of a version whose write was answered without one: versioning of its bucket is suspended. */
const UNNAMED = 'null';

/** ms: versioning was asked for, the answer is cached for a while, and a request may be held up. */
const ON_ITS_WAY_MS = 75_000;

export interface GuardOptions {
  readonly cos: Cos;
  readonly core: Core;
  /** ms since 1970. */
  readonly now: () => number;
  readonly topology: Topology;
  readonly deployment: Deployment;
  readonly ledger: Ledger;
  readonly diary: Diary;
  readonly note: (line: string) => void;
}

/** The calls of one deployment, each recorded, and every harmful one noted: I5 is judged at each request. */
export function guard({ cos, core, now, topology, deployment, ledger, diary, ...options }: GuardOptions): Cos {
  const note = (line: string): void => options.note(`${line}, by the functions of ${deployment.source.bucket}`);
  const { made, uploads, ended } = ledger;
  const crime = (text: string): void => {
    ledger.crimes.push(text);
    note(`CRIME: ${text}`);
  };
  const isTarget = (place: Place): boolean => deployment.links.some((link) => link.destination.bucket === place.bucket);

  /**
   * The state bucket of its own deployment; in another deployment's, only the records of delete markers made from here.
   */
  const isState = ({ bucket }: Place, key: string): boolean =>
    bucket === deployment.state.bucket ||
    (key.startsWith(MARKS) && topology.deployments.some(({ state }) => state.bucket === bucket));

  const originOf = ({ place: from, versionId = '' }: CopySource, place: Place): Copied => {
    const { origin } = made.get(versionId) ?? {};
    const raised = from.bucket === place.bucket;
    if (raised) {
      if (origin === undefined && !isShared(topology, place)) crime(`copied another's version: ${versionId}`);
      return { raised, origin: origin ?? { bucket: from.bucket, versionId } };
    }
    if (from.bucket !== deployment.source.bucket) crime(`copied from ${from.bucket}`);
    if (origin !== undefined) crime(`passed on a replica: ${versionId} of ${from.bucket}`);
    return { raised, origin: { bucket: from.bucket, versionId } };
  };

  /**
   * A request from a moment earlier may still be on its way, and makes a `null` version that counts as nobody's. Later
   * nothing may be written there.
   */
  const isUnkept = (place: Place, key: string): boolean => {
    const since = diary.unversioned.get(place.bucket);
    if (since === undefined) return false;
    if (now() - since > ON_ITS_WAY_MS) crime(`wrote ${key} to ${place.bucket}, which keeps no versions`);
    return true;
  };

  const wrote = (
    place: Place,
    key: string,
    { origin, raised }: Copied,
    id: string | undefined,
    isArchived = false,
  ): void => {
    if (isUnkept(place, key)) return;
    const versionId = id ?? UNNAMED;
    const others = ledger.othersOf(core, { place, key, origin }, versionId);
    const nameAt = (one: string): string =>
      nameOf(core.getObject(place.bucket, place.region, key, one), origin.versionId);
    // The ID `null` is used again, for other bytes.
    const doubles = others.filter((one) => nameAt(one) === nameAt(versionId));
    if (doubles.length > 0 && !raised && !isArchived)
      ledger.doubles.push({ text: `${key} ${origin.versionId}`, others: doubles });
    made.set(versionId, { place, key, origin });
    ledger.peak = Math.max(ledger.peak, others.length + 1);
    ledger.copies += 1;
    const what = `${key} ${origin.versionId} of ${origin.bucket}`;
    note(`copied ${what} to ${place.bucket} as ${versionId}${raised ? ' (raised)' : ''}`);
  };

  return {
    ...cos,
    async copyObject(place, key, source, attributes) {
      if (!isTarget(place)) crime(`a copy to ${place.bucket}/${key}`);
      const result = await cos.copyObject(place, key, source, attributes);
      // An archived replica that must move to another place cannot be read, so it is copied from its source again.
      const isArchived = attributes.storageClass === 'ARCHIVE';
      wrote(place, key, originOf(source, place), result.versionId, isArchived);
      return result;
    },
    async initiateMultipart(place, key, attributes) {
      if (!isTarget(place)) crime(`an upload to ${place.bucket}/${key}`);
      const uploadId = await cos.initiateMultipart(place, key, attributes);
      uploads.set(uploadId, { place, key, parts: undefined, known: false });
      return uploadId;
    },
    async uploadPartCopy(place, key, part) {
      const etag = await cos.uploadPartCopy(place, key, part);
      const upload = uploads.get(part.uploadId);
      const copied = originOf(part.source, place);
      if (upload === undefined) crime(`a part for another's upload: ${part.uploadId}`);
      else if (upload.parts !== undefined && upload.parts.origin.versionId !== copied.origin.versionId)
        crime(`parts of two versions in one upload of ${key}`);
      else upload.parts = copied;
      return etag;
    },
    async completeMultipart(place, key, uploadId, parts) {
      const result = await cos.completeMultipart(place, key, uploadId, parts);
      const { parts: copied } = uploads.get(uploadId) ?? {};
      uploads.delete(uploadId);
      ended.add(uploadId);
      if (copied === undefined) crime(`completed another's upload: ${uploadId}`);
      else wrote(place, key, copied, result.versionId);
      return result;
    },
    async abortMultipart(place, key, uploadId) {
      await cos.abortMultipart(place, key, uploadId);
      // An upload of ours that has ended cannot be aborted again: COS refuses that, and the client accepts the refusal.
      if (ended.has(uploadId)) return;
      ended.add(uploadId);
      if (!uploads.delete(uploadId)) crime(`aborted another's upload: ${key} ${uploadId}`);
      else note(`aborted an upload of ${key}`);
    },
    async deleteObject(place, key, versionId) {
      const ours = isState(place, key);
      if (key.startsWith(MARKS)) noteRemoval(ledger, key, now());
      if (!ours && key.startsWith(CANARY_PREFIX)) {
        const canary = made.get(versionId ?? '')?.origin.versionId ?? versionId ?? '';
        if (!ledger.canaries.has(canary))
          crime(`removed a version that is no canary: ${key} ${versionId} at ${place.bucket}`);
        note(`removed the canary ${key} ${versionId} at ${place.bucket}`);
        return cos.deleteObject(place, key, versionId);
      }
      if (!ours && !isTarget(place)) crime(`a deletion at ${place.bucket}: ${key}`);
      if (!ours && versionId !== undefined) {
        const mine = made.get(versionId);
        if (mine === undefined && isOrphanedCopy({ core, diary, ledger }, place, key, versionId))
          note("removed a user's copy that stands for its replica");
        else if (mine === undefined) crime(`removed another's version: ${key} ${versionId}`);
        else if (ledger.othersOf(core, mine, versionId).length === 0)
          crime(`removed the last replica of ${key} ${mine.origin.versionId}`);
        note(`removed ${key} ${versionId} at ${place.bucket}`);
      }
      const answer = await cos.deleteObject(place, key, versionId);
      if (!ours && versionId !== undefined) ledger.removed.push({ bucket: place.bucket, time: now() });
      if (!ours && versionId === undefined && !isUnkept(place, key)) {
        ledger.marked.set(answer.versionId ?? UNNAMED, { place, key, time: now() });
        note(`made a delete marker of ${key} at ${place.bucket} as ${answer.versionId}`);
      }
      return answer;
    },
    async putTags(place, key, versionId, tags) {
      if (!isTarget(place) || !made.has(versionId ?? ''))
        crime(`changed the tags of another's version: ${key} ${versionId}`);
      await cos.putTags(place, key, versionId, tags);
      note(`gave ${key} ${versionId} at ${place.bucket} the tags ${JSON.stringify(tags)}`);
    },
    async putGrants(place, key, versionId, grants) {
      if (!isTarget(place) || !made.has(versionId ?? ''))
        crime(`changed the rights of another's version: ${key} ${versionId}`);
      await cos.putGrants(place, key, versionId, grants);
      note(`gave ${key} ${versionId} at ${place.bucket} ${grants.length} rights`);
    },
    async putObject(place, key, body, options) {
      // The records are JSON, so an ID appears in them unchanged.
      const open = [...uploads].filter(([, { known }]) => !known);
      const text = open.length === 0 ? '' : new TextDecoder().decode(body);
      for (const [uploadId, upload] of open) if (text.includes(uploadId)) upload.known = true;
      const result = await cos.putObject(place, key, body, options);
      if (key.startsWith(MARKS)) noteRecord(ledger, key, now());
      if (/^pairs\/.*\/result$/.test(key)) {
        const { started } = JSON.parse(new TextDecoder().decode(body)) as { started: number };
        ledger.scans.push({ source: deployment.source.bucket, from: started, until: now() });
      }
      if (isState(place, key)) return result;
      if (place.bucket !== deployment.source.bucket || !key.startsWith(CANARY_PREFIX))
        crime(`wrote ${key} to ${place.bucket}`);
      ledger.canaries.add(result.versionId ?? UNNAMED);
      note(`sent the canary ${key} as ${result.versionId}`);
      return result;
    },
  };
}
