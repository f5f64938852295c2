import { readFileSync } from 'node:fs';

/** The versions of one key, oldest first. */
export interface History {
  readonly key: string;
  readonly versions: readonly string[];
}

/** Keys of one list that are worked on at the same time. */
const LANES = 16;

/**
 * Does the work for each version of each key, those of one key one after the other, and says how many microseconds of CPU
 * the whole process took.
 */
export async function eachVersion(file: string, work: (key: string, version: string) => Promise<unknown>) {
  const histories = (JSON.parse(readFileSync(file, 'utf8')) as readonly History[]).values();
  const lane = async (): Promise<void> => {
    for (const { key, versions } of histories) for (const version of versions) await work(key, version);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  tellCpu();
}

/** Says how many microseconds of CPU the process has taken, and ends it. */
export function tellCpu(): void {
  const { user, system } = process.cpuUsage();
  process.stdout.write(`${JSON.stringify({ total: user + system })}\n`, () => process.exit(0));
}
