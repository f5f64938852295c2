import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const SLOW = 'plan-worlds.slow.test.ts';

/**
 * A mutant ends with the first test that fails, so the files that take milliseconds run before the one that takes
 * seconds.
 */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = ({ moduleId }: TestSpecification): number => (moduleId.endsWith(SLOW) ? 1 : 0);
    return files.toSorted((a, b) => isSlow(a) - isSlow(b));
  }
}

export default defineConfig({
  test: {
    // The unit tests of the mutated files. Other suites that would notice a mutant, such as the simulated worlds, do
    // not count.
    include: [
      'test/shared/identity/*.test.ts',
      'test/shared/replication/landing.test.ts',
      'test/shared/replication/decide/*.test.ts',
      'test/shared/rules/{match,starts,starts-again}.test.ts',
      'test/shared/tasks/backoff.test.ts',
    ],
    setupFiles: ['test/seed.ts'],
    testTimeout: 120_000,
    sequence: { sequencer: QuickFirst },
  },
});
