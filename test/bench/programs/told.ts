/** What each measured program says of itself at its end, as one line of JSON. */
export interface Told {
  /** Microseconds of CPU from the start of the process to the end of the first piece of work. */
  readonly first: number;
  /** Microseconds of CPU per piece of work: the 2nd to the 200th, and those after them. */
  readonly early: number;
  readonly warm: number;
  /** Microseconds of CPU of the whole process. */
  readonly total: number;
  /** ms from the beginning to the end of a piece of work, the one in the middle; the early ones are left out. */
  readonly middleMs: number;
  /** MB at the end. */
  readonly memory: number;
}

const EARLY = 200;

/** Does the pieces of work one after the other and says what they took. At least `EARLY` + 1 for all figures. */
export async function measure<T>(pieces: readonly T[], work: (piece: T) => Promise<unknown>): Promise<void> {
  const cpu: number[] = [];
  const ms: number[] = [];
  for (const piece of pieces) {
    const began = performance.now();
    await work(piece);
    ms.push(performance.now() - began);
    const { user, system } = process.cpuUsage();
    cpu.push(user + system);
  }
  const at = (index: number): number => cpu[Math.min(index, cpu.length - 1)] ?? 0;
  const middle = ms.slice(Math.min(EARLY, Math.floor(ms.length / 2))).toSorted((a, b) => a - b);
  const told: Told = {
    first: at(0),
    early: (at(EARLY - 1) - at(0)) / (EARLY - 1),
    warm: (at(cpu.length - 1) - at(EARLY - 1)) / Math.max(1, cpu.length - EARLY),
    total: at(cpu.length - 1),
    middleMs: middle[Math.floor(middle.length / 2)] ?? 0,
    memory: process.memoryUsage.rss() / 2 ** 20,
  };
  process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0));
}
