import { createHash } from 'node:crypto';
import { zipSync } from 'fflate';
import type { Artifact } from '../types.ts';

/** `-rw-r--r--` of a regular file on Unix (3): the platform unpacks as one user and runs as another. */
const READABLE_FILE = (0o100644 << 16) >>> 0;
const UNIX = 3;

/** Makes the same bytes from the same files at any time and in any time zone, so equal code has an equal hash. */
export function zip(files: Readonly<Record<string, Uint8Array>>): Artifact {
  // The format holds local time, so the date is made in the current time zone.
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
