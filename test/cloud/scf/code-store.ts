import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { CloudFailure } from './failure.ts';

export interface Code {
  /** Where the zip is unpacked. */
  readonly folder: string;
  /** Bytes of the zip. */
  readonly size: number;
  /** Lower-case hex of the zip. */
  readonly sha256: string;
}

export interface CodeStore {
  /** Throws `CloudFailure` `InvalidParameterValue.ZipFile` when it is no zip or has an entry outside its folder. */
  unpack(zip: Uint8Array): Promise<Code>;
  /** A fresh folder beside the code, for the files that one instance writes. */
  readonly scratch: (code: Code) => string;
  close(): Promise<void>;
}

/** Unpacked, as the platform limits it. */
const MAX_UNPACKED = 500 * 1024 * 1024;

/** Keeps each zip unpacked once, however many functions and instances run it, in a private temporary folder. */
export function createCodeStore(): CodeStore {
  let root: Promise<string> | undefined;
  const unpacked = new Map<string, Promise<Code>>();
  const rootFolder = () => (root ??= mkdtemp(path.join(tmpdir(), 'cos-replication-scf-')));

  async function write(zip: Uint8Array, sha256: string): Promise<Code> {
    const folder = path.join(await rootFolder(), sha256);
    for (const [name, bytes] of Object.entries(readZip(zip))) {
      const target = path.join(folder, name);
      if (!target.startsWith(folder + path.sep)) throw notAZip(`entry outside of its folder: ${name}`);
      if (name.endsWith('/')) continue;
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, bytes);
    }
    return { folder, size: zip.length, sha256 };
  }

  return {
    unpack(zip) {
      const sha256 = createHash('sha256').update(zip).digest('hex');
      const known = unpacked.get(sha256);
      if (known) return known;
      const code = write(zip, sha256);
      unpacked.set(sha256, code);
      // A zip that failed must not stand for the same bytes for ever.
      code.catch(() => unpacked.delete(sha256));
      return code;
    },
    scratch: ({ folder }) => mkdtempSync(path.join(path.dirname(folder), 'tmp-')),
    async close() {
      await Promise.allSettled(unpacked.values());
      if (root) await rm(await root, { recursive: true, force: true });
    },
  };
}

function readZip(zip: Uint8Array): Record<string, Uint8Array> {
  let total = 0;
  try {
    return unzipSync(zip, {
      filter: ({ originalSize }) => {
        total += originalSize;
        if (total > MAX_UNPACKED) throw new RangeError('unpacked it is larger than 500 MB');
        return true;
      },
    });
  } catch (error) {
    throw notAZip(error instanceof Error ? error.message : String(error));
  }
}

function notAZip(why: string): CloudFailure {
  return new CloudFailure('InvalidParameterValue.ZipFile', `not a usable zip file: ${why}`);
}
