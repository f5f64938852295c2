import { ServiceError } from '../../errors/index.ts';

/** ms before each further try of one look. Together they outlast a restart of the API and a burst of refusals. */
const RESTS_MS = [2_000, 5_000, 10_000, 20_000, 30_000];

/**
 * Looks at the progress of something that goes on by itself. A failure that may pass is tried again a few times, because
 * one lost answer says nothing about the progress. Rejects with the last error.
 */
export async function lookPatiently<T>(look: () => Promise<T>, sleep: (ms: number) => Promise<void>): Promise<T> {
  for (const rest of RESTS_MS) {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof ServiceError && error.retryable)) throw error;
    }
    await sleep(rest);
  }
  return look();
}
