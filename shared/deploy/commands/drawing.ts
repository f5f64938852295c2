/** A terminal on which lines can be redrawn. */
export interface Canvas {
  readonly columns: number;
  readonly write: (text: string) => void;
}

/**
 * The terminal of this process; undefined when the output goes to a file or program, or the terminal cannot be redrawn.
 */
export function canvasOf(stream: NodeJS.WriteStream, term: string | undefined): Canvas | undefined {
  if (!stream.isTTY || term === 'dumb') return undefined;
  return { columns: stream.columns, write: (text) => void stream.write(text) };
}

const WIDTH = 20;

/** `[#####---------------] 25%`; an empty bar without a number when the total is unknown. */
export function bar(done: number, total: number | null): string {
  const share = total === null ? 0 : total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.floor(share * WIDTH);
  return `[${'#'.repeat(full)}${'-'.repeat(WIDTH - full)}]${total === null ? '' : ` ${Math.floor(share * 100)}%`}`;
}

/** Draws lines over those that it drew before. */
export class Drawing {
  readonly #canvas: Canvas;
  #drawn = 0;

  constructor(canvas: Canvas) {
    this.#canvas = canvas;
  }

  draw(lines: readonly string[]): void {
    const { columns, write } = this.#canvas;
    // A wrapped line would take two, and the next drawing would begin in the wrong place.
    const cut = lines.map((line) => `${line.slice(0, Math.max(1, columns - 1))}\u001B[K\n`);
    write(`${this.#up()}${cut.join('')}`);
    this.#drawn = lines.length;
  }

  /** Removes the drawing. */
  clear(): void {
    if (this.#drawn > 0) this.#canvas.write(`${this.#up()}\u001B[J`);
    this.#drawn = 0;
  }

  #up(): string {
    return this.#drawn === 0 ? '' : `\u001B[${this.#drawn}A`;
  }
}
