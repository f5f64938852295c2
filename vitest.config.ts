import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Files of one worker share its process and its loaded modules, because loading them for each file would cost more than most of
 * the tests themselves. So a test leaves nothing behind: it restores everything that it changes in `process` or in a module.
 */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/seed.ts'],
    pool: 'forks',
    isolate: false,
    // End-to-end tests mostly wait for timers of the local cloud, so the default of one worker less than there are cores leaves
    // the machine idle.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
