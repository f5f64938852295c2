/** The report of a measured program at its end, as one line of JSON. */
export interface Told {
  /** Microseconds of CPU from the start of the process to the end of the first piece of work. */
  readonly first: number;
  /** Microseconds of CPU for each piece of work: the 2nd to the 200th, and the later ones. */
  readonly early: number;
  readonly warm: number;
  /** Microseconds of CPU of the whole process. */
  readonly total: number;
  /** The median of the ms that a piece of work takes, without the early ones. */
  readonly middleMs: number;
  /** MB at the end. */
  readonly memory: number;
}

const EARLY = 200;

/**
 * Does the pieces of work one after the other and reports the figures. All figures need at least `EARLY` + 1 pieces.
 */
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
