import { SingleBar } from 'cli-progress';
import { paintFor } from './paint.ts';

/** Shows the progress of a long step: on a terminal one line that changes, otherwise a line now and then. */
export interface Progress {
  /** `unit`: the things that are counted, in the plural. */
  start(what: string, total: number, unit: string): void;
  update(done: number, note?: string): void;
  /** Leaves the last state visible. Harmless when nothing was started. */
  stop(): void;
}

const LINE_EVERY = 2_000;

/** With this width the longest line, in millions of versions, ends before column 80. */
const BAR = 20;

function onTerminal(stream: NodeJS.WriteStream): Progress {
  const paint = paintFor(stream);
  let bar: SingleBar | undefined;
  return {
    start(what, total, unit) {
      bar = new SingleBar({
        stream,
        format: `  ${what} ${paint.green('{bar}')} {value}/{total} ${unit} {note}`,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: BAR,
        hideCursor: true,
      });
      bar.start(total, 0, { note: '' });
    },
    update: (done, note = '') => bar?.update(done, { note }),
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}

function inLines(stream: NodeJS.WritableStream, now: () => number): Progress {
  let current:
    { what: string; total: number; unit: string; done: number; note: string; shown: number; last: number } | undefined;
  const show = (): void => {
    if (current === undefined || current.shown === current.done) return;
    const { what, done, total, unit, note } = current;
    stream.write(`  ${what} ${done}/${total} ${unit} ${note}`.trimEnd() + '\n');
    current.shown = current.done;
    current.last = now();
  };
  return {
    start(what, total, unit) {
      current = { what, total, unit, done: 0, note: '', shown: -1, last: now() };
    },
    update(done, note = '') {
      if (current === undefined) return;
      Object.assign(current, { done, note });
      if (now() - current.last >= LINE_EVERY) show();
    },
    stop() {
      show();
      current = undefined;
    },
  };
}

export function createProgress(stream: NodeJS.WriteStream, now: () => number): Progress {
  return stream.isTTY ? onTerminal(stream) : inLines(stream, now);
}
