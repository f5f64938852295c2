import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The median: a round that another program disturbed is at an end. */
export function middle(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Microseconds of CPU that this process takes for the work. */
export async function cpuOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

export const round = (value: number, digits = 3): number => Number(value.toPrecision(digits));

let collect: (() => void) | undefined;

/**
 * Bytes of the heap that are still in use. How much garbage waits for collection depends on the machine, not on the
 * code.
 */
export function heldBytes(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  return process.memoryUsage().heapUsed;
}
