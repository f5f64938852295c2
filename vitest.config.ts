import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Files of one worker share its process and the modules that it has loaded: to load them anew for each file costs more than
 * most of the tests themselves. So a test leaves nothing behind: what it changes of `process` or of a module, it puts back.
 */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/seed.ts'],
    pool: 'forks',
    isolate: false,
    // End-to-end tests wait for timers of the local cloud most of the time, so one worker less than there are cores, as is the
    // default, leaves the machine idle.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
