import { createHash } from 'node:crypto';
import { accessSync, constants, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const ROOT = import.meta.dirname;

/** Vitest keeps translated files by their content and its own settings. Those of TypeScript take part as well. */
function translated(): string {
  const settings = ['tsconfig.json', 'functions/api/console/tsconfig.json'].map((file) =>
    readFileSync(join(ROOT, file)),
  );
  const hash = createHash('sha256').update(process.version);
  for (const text of settings) hash.update(text);
  return join(ROOT, '.build', 'translated', hash.digest('hex').slice(0, 16));
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

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
    // A fifth of the CPU of tests without processes of their own, from the second run on.
    experimental: { fsModuleCache: isWritable(ROOT), fsModuleCachePath: translated() },
    // Modules are imported as Node imports them. Vitest would put a proxy before each package and built-in module, which
    // every call of a hash would pass.
    deps: { interopDefault: false },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
