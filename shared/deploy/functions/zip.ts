import { createHash } from 'node:crypto';
import { zipSync } from 'fflate';
import type { Artifact } from '../types.ts';

/** `-rw-r--r--` of a regular file, as Unix (3) writes it: the platform unpacks as one user and runs as another. */
const READABLE_FILE = (0o100644 << 16) >>> 0;
const UNIX = 3;

/** The same bytes for the same files, whenever and in whatever time zone: so equal code has an equal hash. */
export function zip(files: Readonly<Record<string, Uint8Array>>): Artifact {
  // The format holds local time, so this has to be asked in the time zone of the moment.
  const mtime = new Date(1980, 0, 1);
  const entries = Object.entries(files).map(
    ([name, bytes]) => [name, [bytes, { mtime, os: UNIX, attrs: READABLE_FILE, level: 9 }]] as const,
  );
  const bytes = zipSync(Object.fromEntries(entries) as Parameters<typeof zipSync>[0]);
  return artifactOf(bytes);
}

export function artifactOf(bytes: Uint8Array): Artifact {
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}
