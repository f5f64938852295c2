import { describe, expect, it } from 'vitest';
import { readCloudOptions, readStartOptions, UsageError } from '../../bin/options.ts';

describe('npm start', () => {
  it('reads its options in any order', () => {
    expect(readStartOptions(['--json', 'folder', '--once'])).toEqual({
      folder: 'folder',
      once: true,
      json: true,
      help: false,
    });
    expect(readStartOptions([])).toEqual({ folder: undefined, once: false, json: false, help: false });
  });

  it.each([[['--fast']], [['a', 'b']], [['--once=yes']], [['']]])('refuses %j', (args) => {
    expect(() => readStartOptions(args)).toThrow(UsageError);
  });
});

describe('npm run cloud', () => {
  it('takes a port', () => {
    expect(readCloudOptions(['--port', '8080', '--json'])).toEqual({ port: 8080, json: true, help: false });
    expect(readCloudOptions([]).port).toBe(0);
  });

  it.each([[['--port', '65536']], [['--port', '-1']], [['--port=1e3']], [['--port', '']], [['--port']], [['folder']]])(
    'refuses %j',
    (args) => {
      expect(() => readCloudOptions(args)).toThrow(UsageError);
    },
  );
});
