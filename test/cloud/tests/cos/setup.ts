import { CosFailure, createBlobStore, createCore } from '../../cos/index.ts';
import type { Attributes, Blob, Core, CoreEvent, Switches, Version, VersioningStatus } from '../../cos/index.ts';

export const BUCKET = 'photos-1250000000';
export const REGION = 'ap-guangzhou';
export const OTHER = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
export const START = 1_700_000_000_000;

export const plain: Attributes = {
  headers: {},
  meta: {},
  storageClass: 'STANDARD',
  tags: [],
  acl: { canned: 'default', grants: [] },
  encryption: undefined,
};

export const blobs = createBlobStore();
export const bytes = (text: string): Blob => blobs.fromBytes(Buffer.from(text));

/** A core with one bucket, a clock that a test turns by hand, and short forms of the calls on that bucket. */
export function setup(versioning?: VersioningStatus, switches: Partial<Switches> = {}) {
  const clock = { ms: START };
  const core = createCore({ now: () => clock.ms, random: randomOf(7), switches });
  core.createBucket(BUCKET, REGION);
  if (versioning !== undefined) core.putVersioning(BUCKET, REGION, versioning);
  const events: CoreEvent[] = [];
  core.onEvent((event) => events.push(event));
  let requests = 0;
  const context = () => ({ requestId: `request-${++requests}` });
  return {
    core,
    clock,
    events,
    context,
    names: () => events.map((event) => event.name),
    put: (key: string, text = key, attributes: Partial<Attributes> = {}): Version =>
      core.putObject(BUCKET, REGION, key, bytes(text), { ...plain, ...attributes }, context()),
    get: (key: string, versionId?: string): Version => core.getObject(BUCKET, REGION, key, versionId),
    remove: (key: string, versionId?: string) => core.deleteObject(BUCKET, REGION, key, versionId, context()),
    versioning: (status: VersioningStatus): void => core.putVersioning(BUCKET, REGION, status),
    list: (query: Parameters<Core['listObjects']>[2] = {}) => core.listObjects(BUCKET, REGION, query),
    versions: (query: Parameters<Core['listVersions']>[2] = {}) => core.listVersions(BUCKET, REGION, query),
    /** The stack of a key, newest first, in one line: `v` a version, `m` a delete marker, `0` after it for `null`. */
    stack: (key: string): string =>
      core
        .listVersions(BUCKET, REGION, { prefix: key })
        .entries.filter((entry) => entry.key === key)
        .map((entry) => (entry.deleteMarker ? 'm' : 'v') + (entry.versionId === 'null' ? '0' : ''))
        .join(' '),
  };
}

export type Setup = ReturnType<typeof setup>;

/** A small generator with a seed (mulberry32): the same numbers each time. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `code status` of the refusal of a call. A call that succeeds or fails otherwise fails the test. */
export function refusal(call: () => unknown): string {
  return `${failure(call).code} ${failure(call).status}`;
}

export function failure(call: () => unknown): CosFailure {
  try {
    call();
  } catch (error) {
    if (error instanceof CosFailure) return error;
    throw error;
  }
  throw new Error('the call was not refused');
}

export async function textOf(blob: Blob | undefined, start = 0, end = (blob?.size ?? 0) - 1): Promise<string> {
  if (blob === undefined) throw new Error('no bytes');
  const chunks: Uint8Array[] = [];
  for await (const chunk of blob.read(start, end)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
