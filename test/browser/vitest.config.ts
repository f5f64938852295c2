import { defineConfig } from 'vitest/config';

/** The console page in Chromium. One local cloud with the deployed functions serves all files, which run one by one. */
export default defineConfig({
  test: {
    include: ['test/browser/*.browser.ts'],
    globalSetup: ['test/browser/setup.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 180_000,
  },
});
