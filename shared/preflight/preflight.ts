import { CosError, versionsOf } from '../cos/index.ts';
import type { Cos, Place } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import { PREFLIGHT_PREFIX } from '../rules/index.ts';
import { CHECKS } from './document.ts';
import type { Check, CheckName, Preflight } from './document.ts';

export interface PreflightOptions {
  readonly cos: Cos;
  /** ms since 1970; used in place of COS's clock when COS gave no answer at all. */
  readonly now: () => number;
  /** Returns fresh letters and digits, never the same twice. */
  readonly unique: () => string;
}

/** COS answered, but not as replication needs it. */
class Unfit extends Error {
  override readonly name = 'Unfit';
}

interface Probe {
  readonly cos: Cos;
  readonly place: Place;
  readonly key: string;
  readonly body: Uint8Array;
  readonly meta: Readonly<Record<string, string>>;
  /** Versions and delete markers that this probe made. */
  readonly made: Set<string>;
  date: number | undefined;
  markerTold: boolean | undefined;
}

type Try = (probe: Probe) => Promise<void>;

const TRIES: Readonly<Record<Exclude<CheckName, 'remove'>, Try>> = {
  reach: async ({ cos, place }) => {
    const found = await cos.headBucket(place);
    if (found !== 'exists') throw new Unfit(found === 'missing' ? 'NoSuchBucket' : 'AccessDenied');
  },
  versioning: async ({ cos, place }) => {
    const state = await cos.getVersioning(place);
    if (state !== 'Enabled') throw new Unfit(state === undefined ? 'not-enabled' : 'suspended');
  },
  write: async (probe) => {
    const { cos, place, key, body } = probe;
    const { versionId } = await cos.putObject(place, key, body, { contentType: 'text/plain' });
    noteVersion(probe, versionId);
  },
  copy: async (probe) => {
    const { cos, place, key, meta, made } = probe;
    const [versionId] = made;
    const copied = await cos.copyObject(
      place,
      key,
      { place, key, versionId },
      { headers: { 'content-type': 'text/plain' }, meta, storageClass: 'STANDARD' },
    );
    noteVersion(probe, copied.versionId);
  },
  metadata: async (probe) => {
    const result = await probe.cos.headObject(probe.place, probe.key);
    probe.date = result.date;
    if (!result.found) throw new Unfit('not-found');
    const { meta } = result.head;
    if (Object.entries(probe.meta).some(([name, value]) => meta[name] !== value)) throw new Unfit('metadata-lost');
  },
  read: async ({ cos, place, key, body }) => {
    const object = await cos.getObject(place, key);
    if (object === undefined) throw new Unfit('not-found');
    if (!Buffer.from(object.body).equals(body)) throw new Unfit('other-bytes');
  },
  'delete-marker': async (probe) => {
    const { versionId, deleteMarker } = await probe.cos.deleteObject(probe.place, probe.key);
    if (!deleteMarker) throw new Unfit('no-delete-marker');
    noteVersion(probe, versionId);
  },
  'marker-answer': async (probe) => {
    const result = await probe.cos.headObject(probe.place, probe.key);
    if (result.found) throw new Unfit('still-found');
    // Either answer passes: where a 404 does not name the delete marker, the engine reads the listings.
    probe.markerTold = result.deleteMarker;
  },
};

/**
 * Makes the calls of replication at a destination, with one object under `.replication-preflight/`, and removes
 * exactly that again. Never throws for an answer of COS; the checks name the step that failed.
 */
export async function preflight({ cos, now, unique }: PreflightOptions, place: Place): Promise<Preflight> {
  const id = unique();
  const probe: Probe = {
    cos,
    place,
    key: `${PREFLIGHT_PREFIX}${id}`,
    body: Buffer.from(`COS Replication pre-flight ${id}`),
    // Names and values in the form of real markers.
    meta: {
      'replication-marker': `1;;a+b/c=;c1;1-v${id};`,
      'replication-source': `${place.region}/${place.bucket}/a+b/c=`,
    },
    made: new Set(),
    date: undefined,
    markerTold: undefined,
  };
  const checks = await tryAll(probe);
  return {
    destination: place,
    measuredAt: probe.date ?? now(),
    passed: checks.every(({ passed }) => passed),
    ...(probe.markerTold === undefined ? {} : { markerTold: probe.markerTold }),
    checks,
  };
}

async function tryAll(probe: Probe): Promise<Check[]> {
  const checks: Check[] = [];
  let failed = false;
  let wrote = false;
  for (const name of CHECKS) {
    if (name === 'remove') {
      checks.push(wrote ? await checkOf(name, () => cleanUp(probe)) : notTried(name));
    } else if (failed) {
      checks.push(notTried(name));
    } else {
      wrote ||= name === 'write';
      const check = await checkOf(name, () => TRIES[name](probe));
      failed = !check.passed;
      checks.push(check);
    }
  }
  return checks;
}

async function checkOf(name: CheckName, work: () => Promise<void>): Promise<Check> {
  try {
    await work();
    return { name, passed: true };
  } catch (error) {
    if (error instanceof Unfit) return { name, passed: false, cause: error.message };
    // The code and never the text, because any holder of an API key may read it.
    if (error instanceof ServiceError) return { name, passed: false, cause: error.code };
    throw error;
  }
}

const notTried = (name: CheckName): Check => ({ name, passed: false, cause: 'not-tried' });

function noteVersion({ made }: Probe, versionId: string | undefined): void {
  if (versionId === undefined || versionId === 'null') throw new Unfit('no-version-id');
  made.add(versionId);
}

/** Removes all versions under the key that this probe drew, including those of writes that got no answer. */
async function cleanUp(probe: Probe): Promise<void> {
  const { cos, place, key, made } = probe;
  let failure: unknown;
  try {
    for await (const { versionId } of versionsOf(cos, place, key)) if (versionId !== '') made.add(versionId);
  } catch (error) {
    if (!(error instanceof CosError)) throw error;
    failure = error;
  }
  for (const versionId of made) await cos.deleteObject(place, key, versionId);
  if (failure !== undefined) throw failure;
}
