import { SingleBar } from 'cli-progress';

/** Shows how far a long step is. On a terminal one line that moves; otherwise a line now and then. */
export interface Progress {
  start(what: string, total: number): void;
  update(done: number, note?: string): void;
  /** Leaves the last state standing. Harmless when nothing was started. */
  stop(): void;
}

const LINE_EVERY = 2_000;

function onTerminal(stream: NodeJS.WriteStream): Progress {
  let bar: SingleBar | undefined;
  return {
    start(what, total) {
      bar = new SingleBar({
        stream,
        format: `  ${what} {bar} {value}/{total} {note}`,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: 28,
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
  let current: { what: string; total: number; done: number; note: string; shown: number; last: number } | undefined;
  const show = (): void => {
    if (current === undefined || current.shown === current.done) return;
    stream.write(`  ${current.what} ${current.done}/${current.total} ${current.note}`.trimEnd() + '\n');
    current.shown = current.done;
    current.last = now();
  };
  return {
    start(what, total) {
      current = { what, total, done: 0, note: '', shown: -1, last: now() };
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
