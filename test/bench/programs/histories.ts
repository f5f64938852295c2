import { readFileSync } from 'node:fs';

/** The versions of one key, oldest first. */
export interface History {
  readonly key: string;
  readonly versions: readonly string[];
}

/** Keys of one list that are worked on at the same time. */
const LANES = 16;

/**
 * Does the work for each version of each key, the versions of a key one after the other, and reports the microseconds
 * of CPU of the whole process.
 */
export async function eachVersion(file: string, work: (key: string, version: string) => Promise<unknown>) {
  const histories = (JSON.parse(readFileSync(file, 'utf8')) as readonly History[]).values();
  const lane = async (): Promise<void> => {
    for (const { key, versions } of histories) for (const version of versions) await work(key, version);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  tellCpu();
}

/** Reports the microseconds of CPU of the process, and ends it. */
export function tellCpu(): void {
  const { user, system } = process.cpuUsage();
  process.stdout.write(`${JSON.stringify({ total: user + system })}\n`, () => process.exit(0));
}
