import type { Readable } from 'node:stream';

/** Console output of one process, cut at the marks that its runner writes after each run. */
export interface Output {
  /** Resolves when every stream has reached the mark of this run. */
  until(requestId: string): Promise<void>;
  /** The text since the last call; the beginning of a long text is left out. */
  take(): string;
}

const KEPT = 64 * 1024;
const CUT = '[... earlier output left out ...]\n';

export function createOutput(streams: readonly (Readable | null)[], mark: string): Output {
  let text = '';
  let cut = false;
  /** How many streams have passed the mark of a run. */
  const passed = new Map<string, number>();
  let wake: (() => void) | undefined;

  function add(part: string): void {
    text += part;
    if (text.length <= 2 * KEPT) return;
    text = text.slice(-KEPT);
    cut = true;
  }

  const open = streams.filter((stream) => stream !== null);
  for (const stream of open) {
    let pending = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      pending += chunk;
      for (let at = pending.indexOf(mark); at >= 0; at = pending.indexOf(mark)) {
        add(pending.slice(0, at));
        pending = pending.slice(at);
        const end = pending.indexOf('\n');
        if (end < 0) return;
        const requestId = pending.slice(mark.length, end);
        passed.set(requestId, (passed.get(requestId) ?? 0) + 1);
        pending = pending.slice(end + 1);
        wake?.();
      }
      const certain = certainLength(pending, mark);
      add(pending.slice(0, certain));
      pending = pending.slice(certain);
    });
    stream.on('end', () => add(pending));
  }

  return {
    async until(requestId) {
      while ((passed.get(requestId) ?? 0) < open.length) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      passed.delete(requestId);
    },
    take() {
      const taken = cut ? CUT + text.slice(-KEPT) : text;
      text = '';
      cut = false;
      return taken;
    },
  };
}

/** Characters of the text that cannot be the beginning of a mark that is still on its way. */
function certainLength(text: string, mark: string): number {
  const begin = text.lastIndexOf(mark.charAt(0));
  return begin >= 0 && mark.startsWith(text.slice(begin)) ? begin : text.length;
}
