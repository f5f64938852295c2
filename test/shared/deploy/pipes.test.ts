import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { endWithReader } from '../../../shared/deploy/pipes.ts';

function programOf() {
  const ended: number[] = [];
  const program = {
    stdout: new EventEmitter(),
    stderr: new EventEmitter(),
    exit: (status: number) => void ended.push(status),
  };
  endWithReader(program);
  return { program, ended };
}

describe('endWithReader', () => {
  it.each(['stdout', 'stderr'] as const)('ends as SIGPIPE does when nobody reads %s any more', (stream) => {
    const { program, ended } = programOf();
    program[stream].emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    expect(ended).toEqual([141]);
  });

  it('hides no other failure', () => {
    const { program, ended } = programOf();
    expect(() => program.stdout.emit('error', Object.assign(new Error('full'), { code: 'ENOSPC' }))).toThrow('full');
    expect(ended).toEqual([]);
  });
});
