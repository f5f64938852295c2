import { constants } from 'node:os';

interface Program {
  readonly stdout: NodeJS.EventEmitter;
  readonly stderr: NodeJS.EventEmitter;
  exit(status: number): void;
}

const SIGNAL_BASE = 128;

/**
 * When the reader of a pipe goes away (`serverless info | head -1`), the command ends silently, as SIGPIPE ends other
 * programs. The CLI itself would show a stack trace. Any other failure of a pipe is thrown, as it would be without this
 * listener.
 */
export function endWithReader(program: Program): void {
  for (const stream of [program.stdout, program.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      program.exit(SIGNAL_BASE + constants.signals.SIGPIPE);
    });
  }
}
