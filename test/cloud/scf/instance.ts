import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createOutput } from './output.ts';

const RUNNER = fileURLToPath(new URL('runner.cjs', import.meta.url));
const MEMORY_CHECK_MS = 100;
/** The documented form of the entry is CommonJS. Otherwise Node would accept an ES module here too. */
const COMMONJS_ONLY = '--no-experimental-require-module';

export interface InstanceOptions {
  /** Where the code is unpacked. */
  readonly folder: string;
  /** Private folder for temporary files. */
  readonly scratch: string;
  /** `index.main_handler` */
  readonly handler: string;
  /** MB */
  readonly memorySize: number;
  /** ms for loading the code. */
  readonly initTimeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Run {
  readonly requestId: string;
  /** JSON text. */
  readonly event: string;
  readonly context: Readonly<Record<string, unknown>>;
  /** Set in the process before the handler is called. */
  readonly environment: Readonly<Record<string, string>>;
  /** ms, counted from the time when the code is loaded. */
  readonly timeoutMs: number;
}

export interface Outcome {
  readonly kind: 'returned' | 'threw' | 'timeout' | 'init-timeout' | 'memory' | 'exit';
  /** Returned: JSON text. Threw: stack. Exit: code or signal. */
  readonly result: string;
  readonly durationMs: number;
  readonly memoryBytes: number;
  readonly coldStart: { readonly totalMs: number; readonly initMs: number } | undefined;
  readonly output: string;
}

/** One process that runs the code of one function, one event at a time. */
export interface Instance {
  readonly pid: number | undefined;
  run(run: Run): Promise<Outcome>;
  kill(): void;
  /** Resolves when the code is loaded; never, when the process ends before. */
  readonly loaded: Promise<unknown>;
  /** False once the process has ended or is ending. */
  readonly alive: boolean;
  /** Resolves when the process has ended and its output has been read. */
  readonly exited: Promise<void>;
}

interface Ready {
  readonly type: 'ready';
  readonly initMs: number;
  readonly loaded: boolean;
}
interface Done {
  readonly type: 'done';
  readonly requestId: string;
  readonly ok: boolean;
  readonly result: string;
  readonly memoryBytes: number;
}

export function startInstance(options: InstanceOptions): Instance {
  const mark = `\u0001end of ${randomUUID()} `;
  const forked = performance.now();
  const child = fork(RUNNER, [options.folder, options.handler, mark], {
    cwd: options.folder,
    env: { ...options.environment, TMPDIR: options.scratch },
    // Given in full, because the options of this process (loaders of a test runner, an inspector) are not for
    // functions.
    execArgv: [
      `--max-old-space-size=${options.memorySize}`,
      `--max-semi-space-size=${youngGeneration(options.memorySize)}`,
      ...(process.allowedNodeEnvironmentFlags.has('--experimental-require-module') ? [COMMONJS_ONLY] : []),
    ],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Events and answers are long texts. As JSON each of their characters would be escaped and read once more.
    serialization: 'advanced',
  });
  const output = createOutput([child.stdout, child.stderr], mark);
  let alive = true;
  let warm = false;
  /** Why this side ended the process. */
  let killedFor: 'timeout' | 'init-timeout' | 'memory' | undefined;
  let ending = '';
  let peak = 0;

  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      alive = false;
      ending = signal ?? `code ${code}`;
    });
    child.once('close', () => resolve());
    child.once('error', (error) => {
      // A process that never started has no exit either.
      alive = false;
      ending = error.message;
      if (child.pid === undefined) resolve();
    });
  });
  const ready = new Promise<Ready & { totalMs: number }>((resolve) => {
    const listener = (message: Ready | Done) => {
      if (message.type !== 'ready') return;
      child.off('message', listener);
      resolve({ ...message, totalMs: performance.now() - forked });
    };
    child.on('message', listener as (message: unknown) => void);
  });

  function end(reason: NonNullable<typeof killedFor>): void {
    killedFor ??= reason;
    child.kill('SIGKILL');
  }

  function watchMemory(): void {
    const bytes = anonymousMemory(child.pid);
    peak = Math.max(peak, bytes);
    if (bytes > options.memorySize * 1024 * 1024) end('memory');
  }

  async function run(request: Run): Promise<Outcome> {
    let started = performance.now();
    let limit = setTimeout(() => end('init-timeout'), options.initTimeoutMs);
    const watch = setInterval(watchMemory, MEMORY_CHECK_MS);
    peak = 0;
    const finish = (kind: Outcome['kind'], result: string, memoryBytes: number): Outcome => ({
      kind,
      result,
      durationMs: performance.now() - started,
      memoryBytes: Math.max(anonymousMemory(child.pid) || memoryBytes, peak),
      coldStart,
      output: output.take(),
    });
    let coldStart: Outcome['coldStart'];
    try {
      const first = await Promise.race([ready, exited]);
      if (first) {
        if (!warm) coldStart = { totalMs: first.totalMs, initMs: first.initMs };
        warm = true;
        clearTimeout(limit);
        limit = setTimeout(() => end('timeout'), request.timeoutMs);
        started = performance.now();
        const done = await Promise.race([answer(request), exited]);
        if (done) {
          // The real platform starts a new process after code that could not be loaded.
          if (!first.loaded) child.kill('SIGKILL');
          return finish(done.ok ? 'returned' : 'threw', done.result, done.memoryBytes);
        }
      }
      return finish(killedFor ?? (outOfHeap(ending) ? 'memory' : 'exit'), ending, 0);
    } finally {
      clearTimeout(limit);
      clearInterval(watch);
    }
  }

  /** Resolves with the answer and all console output that came before it; stays open when the process dies. */
  async function answer(request: Run): Promise<Done> {
    const written = output.until(request.requestId);
    const done = new Promise<Done>((resolve) => {
      const listener = (message: Done) => {
        if (message.type !== 'done' || message.requestId !== request.requestId) return;
        child.off('message', listener);
        resolve(message);
      };
      child.on('message', listener as (message: unknown) => void);
    });
    const { requestId, event, context, environment } = request;
    if (child.connected) {
      child.send({ requestId, event, context, environment }, () => {
        // The exit of a process that died in the meantime is noticed.
      });
    }
    await written;
    return done;
  }

  return {
    pid: child.pid,
    run,
    kill: () => {
      alive = false;
      child.kill('SIGKILL');
    },
    get alive() {
      return alive && killedFor === undefined;
    },
    loaded: ready,
    exited,
  };
}

/**
 * MB of one half of the young generation. In a container V8 derives the size from the container's memory. Here it would
 * use that of the machine, and keep more garbage than a function has room for. Measured with Node 20 in a cgroup: 1 MB
 * at limits of 64 to 512 MB, 4 MB at 1 GB, 8 MB at 2 GB.
 */
function youngGeneration(memorySize: number): number {
  return memorySize < 1024 ? 1 : Math.floor(memorySize / 256);
}

/** V8 aborts when the heap reaches its limit. */
function outOfHeap(ending: string): boolean {
  return ending === 'SIGABRT' || ending === 'code 134';
}

/**
 * The memory that the limit of a container counts: memory of the process without the pages it shares with files such as
 * the node binary. 0 where there is no /proc; then the heap limit alone holds.
 */
function anonymousMemory(pid: number | undefined): number {
  try {
    const [, kilobytes = '0'] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    // The process has ended, or this is not Linux.
    return 0;
  }
}
