/** A terminal on which lines can be redrawn. */
export interface Canvas {
  /** Its width now: users resize windows. */
  readonly columns: number;
  readonly write: (text: string) => void;
}

/**
 * The terminal of this process; undefined when the output goes to a file or program, or the terminal cannot be redrawn.
 */
export function canvasOf(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>,
  term: string | undefined,
): Canvas | undefined {
  if (!stream.isTTY || term === 'dumb') return undefined;
  return {
    get columns() {
      // A terminal without a size, as of `script` or a CI job, reports 0: a line would be cut to nothing.
      return stream.columns || USUAL_COLUMNS;
    },
    write: (text) => void stream.write(text),
  };
}

const USUAL_COLUMNS = 80;

const WIDTH = 20;

/** `[#####---------------] 25%`; an empty bar without a number when the total is unknown. */
export function bar(done: number, total: number | null): string {
  const share = total === null ? 0 : total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.floor(share * WIDTH);
  return `[${'#'.repeat(full)}${'-'.repeat(WIDTH - full)}]${total === null ? '' : ` ${Math.floor(share * 100)}%`}`;
}

/** A line broken at spaces, so that each row fits; the rows keep the indentation of the line. */
function rowsOf(line: string, width: number): string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const rows: string[] = [];
  let row = '';
  for (const word of line.trim().split(' ')) {
    const longer = row === '' ? indent + word : `${row} ${word}`;
    if (row !== '' && longer.length > width) rows.push(row);
    row = row !== '' && longer.length > width ? indent + word : longer;
  }
  return [...rows, row].map((one) => one.slice(0, width));
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
    // A line that the terminal wraps takes two, and the next drawing would begin in the wrong place.
    const rows = lines.flatMap((line) => rowsOf(line, Math.max(1, columns - 1)));
    write(`${this.#up()}${rows.map((row) => `${row}\u001B[K\n`).join('')}\u001B[J`);
    this.#drawn = rows.length;
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
