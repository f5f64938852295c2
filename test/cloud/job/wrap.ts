/** Lines of the job end before it. */
const COLUMNS = 80;

/**
 * Breaks a text between two of its parts so that each line ends before column 80; lines after the first are indented. A
 * part, such as a path or a bucket name, stays whole, because a person may copy it; a line with a longer one exceeds
 * the width.
 */
export function wrap(parts: readonly string[], indent = '  '): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(part);
    else if (last.length + 1 + part.length < COLUMNS) lines[lines.length - 1] = `${last} ${part}`;
    else lines.push(indent + part);
  }
  return lines;
}
